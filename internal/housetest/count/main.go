// Command count reads what `go test -json` printed, shows what failed, and says
// how many unit, database and browser tests ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strings"
)

type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sorts := sortsOf()
	passed, failed, skipped := map[string]int{}, 0, 0
	output := map[string][]string{}
	slow := map[string]float64{}
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			output[key] = append(output[key], e.Output)
		case "pass":
			if e.Test == "" {
				slow[e.Package] = e.Elapsed
				continue
			}
			passed[sorts[e.Package]]++
		case "skip":
			if e.Test != "" {
				skipped++
			}
		case "fail":
			if e.Test != "" {
				failed++
			}
			fmt.Printf("FAIL %s (%.1fs)\n%s\n", strings.TrimSpace(key), e.Elapsed, strings.Join(output[key], ""))
		}
		if e.Action == "build-fail" {
			fmt.Println(strings.Join(output[key], ""))
		}
	}
	report(slow)
	fmt.Printf("unit tests: %d, database tests: %d, browser tests: %d\n", passed["unit"], passed["database"], passed["browser"])
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed["unit"]+passed["database"]+passed["browser"], failed, skipped)
	return lines.Err()
}

func report(slow map[string]float64) {
	names := make([]string, 0, len(slow))
	for name := range slow {
		names = append(names, name)
	}
	sort.Slice(names, func(a, b int) bool { return slow[names[a]] > slow[names[b]] })
	for i, name := range names {
		if i == 8 || slow[name] < 5 {
			break
		}
		fmt.Printf("  %6.1fs %s\n", slow[name], name)
	}
}

// sortsOf tells by what its tests import which sort a package's tests are.
func sortsOf() map[string]string {
	sorts := map[string]string{}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{.Imports}} {{.TestImports}} {{.XTestImports}}", "./...").Output()
	if err != nil {
		return sorts
	}
	for _, line := range strings.Split(string(out), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.Contains(rest, "wardbridge/internal/browsertest"):
			sorts[name] = "browser"
		case strings.Contains(rest, "wardbridge/internal/pgtest"), strings.HasSuffix(name, "/pglocal"), strings.Contains(rest, "proposalstest"):
			sorts[name] = "database"
		default:
			sorts[name] = "unit"
		}
	}
	return sorts
}

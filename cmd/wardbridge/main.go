// Command wardbridge is the whole service in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"

	"wardbridge/cmd/house"
)

// version is set by the build.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "wardbridge:", err)
		os.Exit(1)
	}
}

// command is one word of the command line.
type command struct {
	words string
	run   func(ctx context.Context, args []string, c house.Config, out io.Writer) error
}

func commands() map[string]command {
	return map[string]command{
		"serve":   {"[--work]: answer requests; with --work also do the jobs", serve},
		"work":    {"do the jobs and the due work", work},
		"migrate": {"make the roles and bring the schema up to date", migrate},
		"demo":    {"[--reset]: serve the demonstration world from a private database", demo},
		"setup":   {"--organisation NAME --kind trust --code CODE --letters ABC --email MAIL [--name PERSON]: an organisation and its administrator", setup},
		"import":  {"shifts FILE --org CODE [--rows good|all] [--dry-run]: take a file in; 1 when rows were refused", importFile},
		"export":  {"shifts|self-bills --org CODE [--format csv|xlsx] [--period YYYY-MM-DD]: write a file to standard output", exportFile},
		"openapi": {"print the API document", printDocument},
		"version": {"print the version", func(_ context.Context, _ []string, _ house.Config, out io.Writer) error {
			_, err := fmt.Fprintln(out, "wardbridge", version)
			return err
		}},
	}
}

var errUsage = errors.New("say what to do")

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	all := commands()
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" {
		usage(out, all)
		if len(args) == 0 {
			return errUsage
		}
		return nil
	}
	cmd, ok := all[args[0]]
	if !ok {
		usage(out, all)
		return fmt.Errorf("there is no command %q", args[0])
	}
	c, err := house.ReadConfig(getenv)
	if err != nil {
		return err
	}
	return cmd.run(ctx, args[1:], c, out)
}

func usage(out io.Writer, all map[string]command) {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(out, "wardbridge fills NHS shifts. Commands:")
	for _, name := range names {
		fmt.Fprintf(out, "  %-8s %s\n", name, all[name].words)
	}
	fmt.Fprintln(out, "\nConfiguration comes from the environment:\n"+strings.Join(house.Variables(), "\n"))
}

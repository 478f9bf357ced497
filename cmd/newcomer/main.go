// Command newcomer walks into a running demonstration as everybody it tells of:
// it signs in by form, without scripts, and looks whether each lands where the
// table says and sees a record of their own. scripts/newcomer runs it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"time"

	"wardbridge/cmd/demonstration"
)

func main() {
	same := flag.String("same", "", "an earlier demo.json, whose log-ins, keys and rows must be those of this one")
	flag.Parse()
	if err := walk(flag.Arg(0), *same, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "newcomer:", err)
		os.Exit(1)
	}
}

func walk(path, earlier string, out io.Writer) error {
	world, err := read(path)
	if err != nil {
		return err
	}
	if earlier != "" {
		before, err := read(earlier)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(before.Logins, world.Logins) || !reflect.DeepEqual(before.APIKeys, world.APIKeys) || !reflect.DeepEqual(before.Names, world.Names) {
			return fmt.Errorf("%s tells of another world than %s", path, earlier)
		}
	}
	if len(world.Logins) == 0 {
		return fmt.Errorf("%s tells of no log-in", path)
	}
	var failed []error
	for _, l := range world.Logins {
		if err := enter(world.URL, l); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", l.Email, err))
			continue
		}
		fmt.Fprintf(out, "%-28s %-16s %-28s %s\n", l.Email, l.Role, l.Path, l.Heading)
	}
	return errors.Join(failed...)
}

func read(path string) (demonstration.World, error) {
	var w demonstration.World
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	return w, err
}

var (
	csrf    = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)
	heading = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	content = regexp.MustCompile(`(?s)<main\b.*</main>`)
	hidden  = regexp.MustCompile(`<input type="hidden"[^>]*>`)
	tag     = regexp.MustCompile(`<[^>]+>`)
)

// enter signs one person in and looks at the page they come to.
func enter(base string, l demonstration.Login) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	page, _, err := fetch(client.Get(base + "/signin"))
	if err != nil {
		return err
	}
	token := csrf.FindStringSubmatch(page)
	if token == nil {
		return errors.New("the sign-in page has no form")
	}
	page, at, err := fetch(client.PostForm(base+"/signin", url.Values{
		"_csrf": {html.UnescapeString(token[1])}, "email": {l.Email}, "password": {l.Password}}))
	if err != nil {
		return err
	}
	if at != l.Path {
		return fmt.Errorf("landed on %s, not %s", at, l.Path)
	}
	if got := text(heading.FindString(page)); got != l.Heading {
		return fmt.Errorf("%s is headed %q, not %q", at, got, l.Heading)
	}
	main := hidden.ReplaceAllString(content.FindString(page), "")
	if l.Shows == "" || !strings.Contains(html.UnescapeString(main), l.Shows) {
		return fmt.Errorf("%s shows no record of theirs (%q)", at, l.Shows)
	}
	return nil
}

// fetch reads a page that must be there, and says where it is.
func fetch(res *http.Response, err error) (page, path string, _ error) {
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", res.Request.URL.Path, res.Status)
	}
	return string(raw), res.Request.URL.Path, err
}

func text(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(s, ""))), " ")
}

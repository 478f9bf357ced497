package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// logPrefix tells the log's entries apart by the server process and the log-in.
const logPrefix = "%p|%u|"

// overheard runs fn while the server logs every statement, and gives the log.
func (w *world) overheard(ctx context.Context, fn func() error) (log []byte, err error) {
	found, err := filepath.Glob(filepath.Join(w.cluster.Dir(), "*", "server.log"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("the server's log: %d files, %w", len(found), err)
	}
	admin, err := pgx.Connect(ctx, w.cluster.URL("postgres", "postgres"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, admin.Close(ctx)) }()
	set := func(statements ...string) error {
		for _, s := range append(statements, "select pg_reload_conf()") {
			if _, err := admin.Exec(ctx, s, pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
		}
		// A backend takes new settings up before its next statement, and this waits
		// until the postmaster has sent word to all.
		_, err := admin.Exec(ctx, "select pg_sleep(0.3)", pgx.QueryExecModeSimpleProtocol)
		return err
	}
	before, err := os.Stat(found[0])
	if err != nil {
		return nil, err
	}
	if err = set("alter system set log_line_prefix = '"+logPrefix+"'", "alter system set log_statement = 'all'", "alter system set log_error_verbosity = 'default'"); err != nil {
		return nil, err
	}
	err = errors.Join(fn(), set("alter system reset log_statement", "alter system reset log_error_verbosity", "alter system reset log_line_prefix"))
	if err != nil {
		return nil, err
	}
	all, err := os.ReadFile(found[0])
	return all[min(int(before.Size()), len(all)):], err
}

// statementsOf are the statements of the unit of work that a request opened,
// without its beginning and its end, and with their arguments put in.
func statementsOf(log []byte, request string) (statements []string, err error) {
	process, opening, inside := "", "", false
	for _, entry := range entries(log) {
		pid, rest, _ := strings.Cut(entry, "|")
		user, rest, _ := strings.Cut(rest, "|")
		kind, text, _ := strings.Cut(rest, ":  ")
		if user != "wb_app" || inside && pid != process {
			continue
		}
		detail := kind == "DETAIL"
		if !detail {
			_, text, _ = strings.Cut(text, ": ") // what is behind "statement" or "execute" and a name
		}
		switch {
		case strings.HasPrefix(text, "select app.begin("):
			opening = pid
		case detail && opening == pid && strings.Contains(text, "'"+request+"'"):
			process, inside = pid, true
		case inside && text == "commit":
			return statements, nil
		case inside && detail && len(statements) > 0:
			last := len(statements) - 1
			statements[last] = filled(statements[last], text)
		case inside:
			statements = append(statements, text)
		}
	}
	return nil, fmt.Errorf("the log has no unit of work of request %s", request)
}

var argument = regexp.MustCompile(`\$(\d+) = ('(?:[^']|'')*'|NULL)`)

// filled puts the arguments that the log names into a statement.
func filled(statement, detail string) string {
	values := map[string]string{}
	for _, found := range argument.FindAllStringSubmatch(detail, -1) {
		values["$"+found[1]] = found[2]
	}
	return place.ReplaceAllStringFunc(statement, func(name string) string { return cmp.Or(values[name], name) })
}

var place = regexp.MustCompile(`\$\d+`)

// entries joins the lines of the log that belong together: those after the first
// of an entry begin with a tab.
func entries(log []byte) (all []string) {
	for line := range bytes.Lines(log) {
		text := strings.TrimRight(string(line), "\r\n")
		if rest, more := strings.CutPrefix(text, "\t"); more && len(all) > 0 {
			all[len(all)-1] += "\n" + rest
			continue
		}
		all = append(all, text)
	}
	return all
}

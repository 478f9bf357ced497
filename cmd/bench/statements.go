package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	if err = set("alter system set log_line_prefix = '"+logPrefix+"'", "alter system set log_statement = 'all'"); err != nil {
		return nil, err
	}
	err = errors.Join(fn(), set("alter system reset log_statement", "alter system reset log_line_prefix"))
	if err != nil {
		return nil, err
	}
	all, err := os.ReadFile(found[0])
	return all[min(int(before.Size()), len(all)):], err
}

// statementsOf are the statements of the unit of work that a request opened,
// without its beginning and its end.
func statementsOf(log []byte, request string) (statements []string, err error) {
	process, inside := "", false
	for _, entry := range entries(log) {
		pid, rest, _ := strings.Cut(entry, "|")
		user, rest, _ := strings.Cut(rest, "|")
		_, text, ok := strings.Cut(rest, "statement: ")
		if !ok || user != "wb_app" {
			continue
		}
		switch {
		case strings.Contains(text, "app.begin(") && strings.Contains(text, "'"+request+"'"):
			process, inside, statements = pid, true, nil
		case inside && pid == process && text == "commit":
			return statements, nil
		case inside && pid == process:
			statements = append(statements, text)
		}
	}
	return nil, fmt.Errorf("the log has no unit of work of request %s", request)
}

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

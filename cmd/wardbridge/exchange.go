package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wardbridge/cmd/house"
	"wardbridge/internal/civil"
	"wardbridge/modules/billing"
	"wardbridge/modules/exchange"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// console is who acts when a command does.
var console = tenants.Actor{Kind: tenants.Console, Name: "console"}

// join opens the house for one command, beside a running server if there is one.
func join(ctx context.Context, c house.Config) (*house.House, *house.Database, error) {
	d, err := house.JoinDatabase(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := house.Build(ctx, c, d.URLs)
	if err != nil {
		return nil, nil, errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
	}
	return h, d, nil
}

// words reads flags that may stand before, between and behind the other words.
func words(flags *flag.FlagSet, args []string) ([]string, error) {
	flags.SetOutput(io.Discard)
	var plain []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("%s: %w", flags.Name(), err)
		}
		if args = flags.Args(); len(args) == 0 {
			return plain, nil
		}
		plain, args = append(plain, args[0]), args[1:]
	}
}

// organisation finds the party that a command acts for.
func organisation(ctx context.Context, h *house.House, code string) (tenants.Party, error) {
	var p tenants.Party
	if code == "" {
		return p, errors.New("say for which organisation: --org CODE")
	}
	err := h.DB.Run(ctx, operator(), console, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := h.Accounts.Organisation(ctx, tx, code)
		p = tenants.Party{ID: o.ID, Kind: o.Kind}
		return err
	})
	if err != nil {
		return p, fmt.Errorf("there is no organisation %q: %w", code, err)
	}
	return p, nil
}

// operator is whoever runs the installation, before any organisation is known.
func operator() tenants.Party { return tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform} }

func importFile(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	org := flags.String("org", "", "code of the organisation")
	rows := flags.String("rows", "all", "all: nothing is applied while a row is bad; good: the good rows are")
	dry := flags.Bool("dry-run", false, "check, and change nothing")
	plain, err := words(flags, args)
	if err != nil {
		return err
	}
	if len(plain) != 2 {
		return errors.New("say what is in the file, and which file: wardbridge import shifts FILE --org CODE")
	}
	info, err := os.Stat(plain[1])
	if err != nil {
		return err
	}
	h, d, err := join(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	me, err := organisation(ctx, h, *org)
	if err != nil {
		return err
	}
	var made exchange.Import
	err = h.DB.Work(ctx, me, console, func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = h.Exchange.Receive(ctx, tx, exchange.NewImport{Kind: plain[0], Choice: exchange.Choice(*rows), DryRun: *dry},
			openapi.Upload{Path: plain[1], Size: info.Size(), ContentType: contentTypeOf(plain[1]), Name: filepath.Base(plain[1])})
		return err
	})
	if err != nil {
		return err
	}
	if made, err = finished(ctx, h, me, made.ID); err != nil {
		return err
	}
	return report(ctx, h, me, made, out)
}

func contentTypeOf(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".xlsx") {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv"
}

// finished waits for the end of an import, which whoever does the jobs here
// brings about: a running server, or else this command.
func finished(ctx context.Context, h *house.House, me tenants.Party, id tenants.ID) (exchange.Import, error) {
	attended, err := h.Queue.Attended(ctx)
	if err != nil {
		return exchange.Import{}, err
	}
	if !attended {
		if err := h.Queue.Work(ctx); err != nil {
			return exchange.Import{}, err
		}
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var i exchange.Import
		err := h.DB.Run(ctx, me, console, func(ctx context.Context, tx *tenants.Tx) (err error) {
			i, err = h.Exchange.Get(ctx, tx, id)
			return err
		})
		if err != nil || !i.Running() {
			return i, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return i, fmt.Errorf("stopped while the import was %s; it goes on when jobs are done again", i.Status)
		}
	}
}

// refusedShown is how many refused rows a report lists.
const refusedShown = 20

// report says what an import came to, and fails when a row was refused.
func report(ctx context.Context, h *house.House, me tenants.Party, i exchange.Import, out io.Writer) error {
	done := string(i.Status)
	if i.DryRun {
		done += ", nothing was changed (dry run)"
	}
	fmt.Fprintf(out, "%s: %s\nrows read %d, refused %d; shifts created %d, updated %d, unchanged %d\n",
		i.Name, done, i.RowsRead, i.RowsBad, i.Created, i.Updated, i.Unchanged)
	for _, n := range i.Notices {
		fmt.Fprintln(out, n.Text)
	}
	if i.Failure != "" {
		return errors.New(i.Failure)
	}
	if i.RowsBad == 0 {
		return nil
	}
	err := h.DB.Run(ctx, me, console, func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := h.Exchange.Errors(ctx, tx, i.ID, 200, "")
		shown := 0
		for _, p := range all {
			if p.Warning || shown == refusedShown {
				continue
			}
			shown++
			fmt.Fprintf(out, "row %d, %s %q: %s %s\n", p.Row, p.Column, p.Value, p.Text, p.Suggestion)
		}
		return err
	})
	if err != nil {
		return err
	}
	return fmt.Errorf("%d of %d rows were refused", i.RowsBad, i.RowsRead)
}

func exportFile(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	org := flags.String("org", "", "code of the organisation")
	format := flags.String("format", "csv", "csv or xlsx")
	period := flags.String("period", "", "a Monday: its week alone")
	plain, err := words(flags, args)
	if err != nil {
		return err
	}
	if len(plain) != 1 || plain[0] != "shifts" && plain[0] != "self-bills" {
		return errors.New("say what to export: wardbridge export shifts --org CODE, or self-bills")
	}
	if *format != "csv" && *format != "xlsx" {
		return fmt.Errorf("--format %s is unknown; give csv or xlsx", *format)
	}
	var from, to civil.Date
	if *period != "" {
		if from, err = civil.ParseDate(*period); err != nil || from != from.Monday() {
			return fmt.Errorf("--period %s is not a Monday; give one as YYYY-MM-DD", *period)
		}
		to = from.AddDays(6)
	}
	h, d, err := join(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	me, err := organisation(ctx, h, *org)
	if err != nil {
		return err
	}
	return h.DB.Stream(ctx, me, console, func(ctx context.Context, tx *tenants.Tx) error {
		if plain[0] == "shifts" {
			file := h.Shifts.Export(shifts.Filter{From: from, To: to})
			if *format == "xlsx" {
				file = h.Shifts.ExportWorkbook(shifts.Filter{From: from, To: to})
			}
			return file.Write(ctx, tx, out)
		}
		return exportBills(ctx, tx, h, billing.Filter{From: from, To: to, Status: billing.StatusIssued}, *format, out)
	})
}

// exportBills writes the lines of every issued bill of a filter.
func exportBills(ctx context.Context, tx *tenants.Tx, h *house.House, f billing.Filter, format string, out io.Writer) error {
	var all []billing.Bill
	f.Limit = 200
	for {
		page, next, err := h.Billing.Bills(ctx, tx, f)
		if err != nil {
			return err
		}
		all = append(all, page...)
		if f.Cursor = next; next == "" {
			break
		}
	}
	if format == "xlsx" {
		return h.Billing.WriteXLSX(ctx, tx, all, out)
	}
	return h.Billing.WriteCSV(ctx, tx, all, out)
}

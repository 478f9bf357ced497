package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/pgtest"
	"wardbridge/modules/exchange"
	"wardbridge/modules/shifts/shiftstest"
)

// BenchmarkImport takes 100,000 shifts in, from the stored file to planned
// cascades, and says how much longer that was than psql's \copy of the same rows
// into a table with the same indexes.
func BenchmarkImport(b *testing.B) {
	w := shiftstest.NewTrust(b)
	w.Agency(1)
	w.Agency(2)
	w.Agency(3)
	for b.Loop() {
		var content bytes.Buffer
		content.WriteString(headings + "\r\n")
		run := time.Now().UnixNano()
		from := w.Day(3)
		for n := range 100_000 {
			start := []string{"07:00", "19:30", "13:00"}[n%3]
			end := []string{"19:30", "08:00", "21:00"}[n%3]
			fmt.Fprintf(&content, "R%d-%06d,Kingsmere General,%s,,Band 5 nurse,,%s,%s,%s,60,1,Vacancy,,Please bring photo identification.\r\n",
				run%1e9, n, []string{"Oak Ward", "ELM"}[n%2], from.AddDays(n%364), start, end)
		}
		i, err := receive(b, w, exchange.NewImport{}, content.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
		err = w.Queue.Settle(ctx, w.Party)
		cancel()
		if err != nil {
			b.Fatal(err)
		}
		took := time.Since(began)
		if done := get(w, i.ID); done.Status != exchange.Applied || done.Created != 100_000 {
			b.Fatal(outcome(done))
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		b.ReportMetric(took.Seconds(), "s/import")
		b.ReportMetric(float64(mem.Sys)/1e6, "MB")
		b.ReportMetric(took.Seconds()/copied(b, i.ID.String()).Seconds(), "x/copy")
	}
}

// copied is how long psql needs for the import's rows.
func copied(b *testing.B, id string) time.Duration {
	psql := func(text string) {
		cmd := exec.CommandContext(b.Context(), "psql", "-qX", "-v", "ON_ERROR_STOP=1", pgtest.URL(b, "wb_owner"))
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("psql: %v: %s", err, out)
		}
	}
	path := b.TempDir() + "/rows"
	psql("drop table if exists app.plain; create table app.plain (like shifts including defaults including constraints including indexes);\n" +
		"\\copy (select * from shifts where import_id = '" + id + "') to '" + path + "'\n")
	began := time.Now()
	psql("\\copy app.plain from '" + path + "'\n")
	took := time.Since(began)
	psql("drop table app.plain")
	return took
}

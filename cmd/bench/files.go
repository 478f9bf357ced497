package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/valyala/fasthttp"
)

// imports is an import of a rota, from the file on disk to planned cascades,
// against psql's \copy of the very same rows into a table with the same indexes.
func imports(ctx context.Context, w *world, s settings) (r result, err error) {
	most := 0.0
	ours := func(turn int) (float64, error) {
		t, err := w.trust(ctx, fmt.Sprintf("import-%d", turn+1), "IM"+string(rune('A'+turn)))
		if err != nil {
			return 0, err
		}
		w.trusts = append(w.trusts, t)
		var took time.Duration
		held, err := peak(func() error {
			took, err = w.take(ctx, t, s.shifts)
			return err
		})
		most = max(most, held)
		return took.Seconds(), err
	}
	raw := func(int) (float64, error) {
		took, err := w.copyIn(ctx, w.trusts[len(w.trusts)-1])
		return took.Seconds(), err
	}
	o, l, err := s.takeTurns("import", ours, raw)
	if err != nil {
		return r, err
	}
	return result{what: fmt.Sprintf("import of %d shifts", s.shifts), ours: fmt.Sprintf("%.2f s", median(o)), raw: fmt.Sprintf("%.2f s", median(l)),
		ratio: median(o) / median(l), bar: 8, memory: most, memoryBar: 200, notes: []string{turnsText(o, l, "s")}}, nil
}

// copyIn is how long \copy needs for the shifts of a tenant. Where there is no
// psql, pgx sends the same bytes by COPY.
func (w *world) copyIn(ctx context.Context, t trust) (took time.Duration, err error) {
	path := filepath.Join(w.dir, "rows.copy")
	conn, err := pgx.Connect(ctx, w.cluster.URL("wb_owner", database))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	_, err = conn.PgConn().CopyTo(ctx, f, "copy (select * from shifts where tenant_id = '"+t.ID.String()+"') to stdout")
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	_, err = conn.Exec(ctx, "drop table if exists app.plain; create table app.plain (like shifts including defaults including constraints including indexes)", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if psql, found := exec.LookPath("psql"); found == nil {
		cmd := exec.CommandContext(ctx, psql, "-qX", "-v", "ON_ERROR_STOP=1", "-c", `\copy app.plain from '`+path+`'`, w.cluster.URL("wb_owner", database))
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("psql: %w: %s", err, out)
		}
	} else if err := copyByPgx(ctx, conn, path); err != nil {
		return 0, err
	}
	took = time.Since(began)
	_, err = conn.Exec(ctx, "drop table app.plain")
	return took, err
}

func copyByPgx(ctx context.Context, conn *pgx.Conn, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = conn.PgConn().CopyFrom(ctx, f, "copy app.plain from stdin")
	return err
}

// exportSQL makes the same columns as the product's file, with the names in
// place of ids and London's times, and in the same order.
const exportSQL = `copy (
	select s.external_ref, site.name, ward.name, g.name, grade.name, s.specialty,
	       to_char(s.starts_at at time zone 'Europe/London', 'YYYY-MM-DD'), to_char(s.starts_at at time zone 'Europe/London', 'HH24:MI'),
	       to_char(s.ends_at at time zone 'Europe/London', 'HH24:MI'), s.break_minutes, 1, reason.name, s.cost_centre, s.notes,
	       s.ref, s.status, s.place, extract(epoch from s.ends_at - s.starts_at)::int / 60 - s.break_minutes,
	       to_char(s.created_at at time zone 'Europe/London', 'YYYY-MM-DD"T"HH24:MI:SS')
	from   shifts s
	join   wards ward on ward.tenant_id = s.tenant_id and ward.id = s.ward_id
	join   sites site on site.tenant_id = s.tenant_id and site.id = s.site_id
	join   staff_groups g on g.code = s.staff_group
	join   grades grade on grade.code = s.grade
	join   reasons reason on reason.code = s.reason
	where  s.tenant_id = '%s'
	order  by s.starts_at, s.id) to stdout (format csv, header)`

// export is the file of all shifts of a tenant over HTTP, against COPY TO of the
// same rows and columns.
func export(ctx context.Context, w *world, s settings) (r result, err error) {
	if len(w.trusts) == 0 || !s.wants("import") {
		t, err := w.trust(ctx, "exported", "EXP")
		if err != nil {
			return r, err
		}
		if _, err := w.take(ctx, t, s.shifts); err != nil {
			return r, err
		}
		w.trusts = append(w.trusts, t)
	}
	t := w.trusts[len(w.trusts)-1]
	if _, err := w.raw.Exec(ctx, "vacuum analyze shifts"); err != nil {
		return r, err
	}
	most := 0.0
	ours := func(int) (float64, error) {
		began := time.Now()
		held, err := peak(func() error { return w.download(t, s.shifts) })
		most = max(most, held)
		return time.Since(began).Seconds(), err
	}
	raw := func(int) (float64, error) {
		conn, err := w.raw.Acquire(ctx)
		if err != nil {
			return 0, err
		}
		defer conn.Release()
		began := time.Now()
		tag, err := conn.Conn().PgConn().CopyTo(ctx, io.Discard, fmt.Sprintf(exportSQL, t.ID))
		if err == nil && tag.RowsAffected() != int64(s.shifts) {
			err = fmt.Errorf("COPY TO gave %d rows", tag.RowsAffected())
		}
		return time.Since(began).Seconds(), err
	}
	if err := w.download(t, s.shifts); err != nil {
		return r, err
	}
	if _, err := raw(0); err != nil {
		return r, err
	}
	o, l, err := s.takeTurns("export", ours, raw)
	if err != nil {
		return r, err
	}
	return result{what: fmt.Sprintf("export of %d shifts as CSV", s.shifts), ours: fmt.Sprintf("%.2f s", median(o)), raw: fmt.Sprintf("%.2f s", median(l)),
		ratio: median(o) / median(l), bar: 1.2, memory: most, memoryBar: 100, notes: []string{turnsText(o, l, "s")}}, nil
}

// download takes the file as it comes and counts its lines.
func (w *world) download(t trust, rows int) error {
	request, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(answer)
	request.SetRequestURI(w.url + "/v1/shift-export")
	request.Header.Set("Authorization", "Bearer "+t.key)
	answer.StreamBody = true
	if err := streamer.Do(request, answer); err != nil {
		return err
	}
	if answer.StatusCode() != fasthttp.StatusOK {
		return fmt.Errorf("the export answered %d: %.200s", answer.StatusCode(), answer.Body())
	}
	lines, buffer := 0, make([]byte, 64<<10)
	for {
		n, err := answer.BodyStream().Read(buffer)
		lines += bytes.Count(buffer[:n], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if lines != rows+1 {
		return fmt.Errorf("the export has %d lines", lines)
	}
	return answer.CloseBodyStream()
}

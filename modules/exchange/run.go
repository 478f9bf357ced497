package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"

	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/sheets"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// batch is how many rows are held at once.
const batch = 20_000

// runImport takes one file in, or with Apply or Check goes on from its rows.
type runImport struct {
	Import tenants.ID `json:"import"`
	Apply  bool       `json:"apply,omitempty"`
	Check  bool       `json:"check,omitempty"`
}

// Kind names the job.
func (runImport) Kind() string { return "exchange.import" }

// errRowsLost says that the server stopped hard between reading and checking:
// rows are not kept across that, and the file is read again.
var errRowsLost = errors.New("exchange: the rows of the import are gone")

// errRehearsed takes a dry run back.
var errRehearsed = errors.New("exchange: this was a dry run")

func (s *Service) run(ctx context.Context, r jobs.Runner, a runImport) error {
	var i Import
	err := r.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		i, err = getImport(ctx, tx, a.Import, false)
		return err
	})
	if err != nil || i.Status == Applied || i.Status == Refused {
		return err
	}
	if !a.Apply && !a.Check {
		err = s.read(ctx, r, i)
	}
	if err == nil {
		err = s.take(r, a)
	}
	if err == nil {
		return r.Once("tidy", func(ctx context.Context, tx *tenants.Tx) error {
			now, err := getImport(ctx, tx, a.Import, true)
			if err != nil || now.Status != Applied {
				return err
			}
			return tidy(ctx, tx, a.Import)
		})
	}
	if ctx.Err() != nil {
		return err // the process stops; another will go on
	}
	return s.failed(r, a.Import, err)
}

// failed notes why an import ended. A refusal of the file is its end, and no row
// of it stays; anything else is ours, is seen on the import and is tried again.
func (s *Service) failed(r jobs.Runner, id tenants.ID, cause error) error {
	f := fault.Of(cause)
	if f.RetryAfter > 0 {
		return cause
	}
	ours, lost := f.Kind == fault.Internal || f.Kind == fault.Unavailable, errors.Is(cause, errRowsLost)
	err := r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		i, err := getImport(ctx, tx, id, true)
		if err != nil || i.Status == Applied {
			return err
		}
		if lost {
			return tx.Enqueue(runImport{Import: id})
		}
		i.Status, i.Failure, i.FailureCode, i.FinishedAt = Refused, f.Text, f.Code, &tx.Now
		if ours {
			i.Status = Failed
			i.Failure = "Something went wrong on our side while this file was taken in. Nothing of it was applied. It is tried again by itself; you can also run it again."
			return saveImport(ctx, tx, &i)
		}
		i.Rows, i.RowsRead, i.RowsBad = 0, 0, 0
		if err := forgetRows(ctx, tx, id); err != nil {
			return err
		}
		return saveImport(ctx, tx, &i)
	})
	if ours && !lost {
		return errors.Join(cause, err)
	}
	return err
}

// chunks is the stored file as a stream. It holds one piece, and reads each in a
// unit of work of its own.
type chunks struct {
	run   jobs.Runner
	id    tenants.ID
	n     int
	piece []byte
}

// Read gives the next bytes.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.piece) == 0 {
		err := c.run.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
			c.piece, err = chunk(ctx, tx, c.id, c.n)
			if errors.Is(err, io.EOF) {
				c.piece, err = nil, nil
			}
			return err
		})
		if err != nil {
			return 0, err
		}
		if c.n++; len(c.piece) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, c.piece)
	c.piece = c.piece[n:]
	return n, nil
}

// read puts the rows of the file away, a batch in each unit of work, with the
// progress after each.
func (s *Service) read(ctx context.Context, r jobs.Runner, i Import) (err error) {
	sheet, err := s.Kind(i.Kind)
	if err != nil {
		return err
	}
	var remembered map[string]string
	err = r.Once("begin", func(ctx context.Context, tx *tenants.Tx) error { return forgetRows(ctx, tx, i.ID) })
	if err == nil {
		err = r.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
			remembered, err = s.places.Aliases(ctx, tx, places.ForHeading)
			return err
		})
	}
	if err != nil {
		return err
	}
	src, err := sheets.Open(&chunks{run: r, id: i.ID}, sheets.Hint{Size: i.Size, ContentType: i.ContentType})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	mapping, f := sheet.Match(src.Header(), remembered)
	if f != nil {
		return f
	}
	total, err := s.batches(ctx, r, i.ID, src, mapping)
	if err != nil {
		return err
	}
	if total == 0 {
		return sheets.ErrEmpty
	}
	return r.Once("read", func(ctx context.Context, tx *tenants.Tx) error {
		now, err := getImport(ctx, tx, i.ID, true)
		if err != nil {
			return err
		}
		now.Status, now.Rows, now.RowsRead, now.Failure, now.FailureCode, now.FinishedAt = Checking, total, total, "", "", nil
		now.Mapping, now.Notices = mapping.Found, append(append([]sheets.Notice{}, src.Notices()...), mapping.Notices...)
		return saveImport(ctx, tx, &now)
	})
}

func (s *Service) batches(ctx context.Context, r jobs.Runner, id tenants.ID, src sheets.Source, mapping sheets.Mapping) (total int, err error) {
	rows := make([]staged, 0, batch)
	var found []Finding
	for n := 0; ; {
		row, err := src.Next()
		var bad *sheets.RowError
		switch {
		case errors.As(err, &bad):
			found = append(found, Finding{RowError: *bad})
		case err != nil && !errors.Is(err, io.EOF):
			return 0, err
		}
		ended := errors.Is(err, io.EOF)
		if !ended {
			rows = append(rows, staged{row: row.Number, cells: mapping.Project(row, make([]string, 0, 16)), bad: bad != nil})
		}
		if len(rows) == batch || ended && len(rows) > 0 {
			total += len(rows)
			n++
			err := r.Once(fmt.Sprintf("rows:%d", n), func(ctx context.Context, tx *tenants.Tx) error {
				return put(ctx, tx, id, rows, found, total)
			})
			if err != nil {
				return 0, err
			}
			rows, found = rows[:0], found[:0]
		}
		if ended {
			return total, ctx.Err()
		}
	}
}

// put writes a batch, what reading found wrong with it, and the progress.
func put(ctx context.Context, tx *tenants.Tx, id tenants.ID, rows []staged, found []Finding, total int) error {
	if err := insertRows(ctx, tx, id, rows); err != nil {
		return err
	}
	if err := insertFindings(ctx, tx, id, found); err != nil {
		return err
	}
	i, err := getImport(ctx, tx, id, true)
	if err != nil {
		return err
	}
	i.Status, i.RowsRead = Reading, total
	return saveImport(ctx, tx, &i)
}

// take checks all rows and, if they and the choice allow, applies them, in one
// unit of work.
func (s *Service) take(r jobs.Runner, a runImport) error {
	return r.Once("take", func(ctx context.Context, tx *tenants.Tx) error {
		i, err := getImport(ctx, tx, a.Import, true)
		if err != nil || i.Status == Applied {
			return err
		}
		k, ok := s.kinds[i.Kind]
		if !ok {
			return ErrKind
		}
		if n, err := countRows(ctx, tx, i.ID); err != nil {
			return err
		} else if n != i.Rows {
			return errRowsLost
		}
		if err := forgetFindings(ctx, tx, i.ID); err != nil {
			return err
		}
		work, err := k.importer.Begin(ctx, tx, i)
		if err != nil {
			return err
		}
		if err := check(ctx, tx, i.ID, work); err != nil {
			return err
		}
		if i.RowsBad, err = countBad(ctx, tx, i.ID); err != nil {
			return err
		}
		done, applied, err := apply(ctx, tx, i, a, work)
		if err != nil {
			return err
		}
		i.Status, i.FinishedAt, i.Failure, i.FailureCode = Checked, &tx.Now, "", ""
		if applied {
			i.Status = Applied
		}
		i.Created, i.Updated, i.Unchanged = done.Created, done.Updated, done.Unchanged
		return saveImport(ctx, tx, &i)
	})
}

func check(ctx context.Context, tx *tenants.Tx, id tenants.ID, work Work) error {
	for after := 0; ; {
		rows, err := readable(ctx, tx, id, after)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		found, err := work.Take(ctx, tx, rows)
		if err != nil {
			return err
		}
		if err := insertFindings(ctx, tx, id, found); err != nil {
			return err
		}
		after = rows[len(rows)-1].Row
	}
	found, err := work.Close(ctx, tx)
	if err != nil {
		return err
	}
	return insertFindings(ctx, tx, id, found)
}

// apply does what was chosen: all of it, the good rows, or for a dry run all of
// it and back again.
func apply(ctx context.Context, tx *tenants.Tx, i Import, a runImport, work Work) (done Outcome, applied bool, err error) {
	switch {
	case i.RowsBad > 0 && i.Choice == All:
		return Outcome{}, false, nil
	case a.Check || i.DryRun && !a.Apply:
		err = tx.Try(func() error {
			if done, err = work.Apply(ctx, tx); err != nil {
				return err
			}
			return errRehearsed
		})
		if errors.Is(err, errRehearsed) {
			err = nil
		}
		return done, false, err
	}
	done, err = work.Apply(ctx, tx)
	return done, err == nil, err
}

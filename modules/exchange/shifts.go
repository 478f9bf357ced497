package exchange

import (
	"context"

	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Shifts takes in files of shifts: checked by shifts, planned by cascade in the
// unit of work that applies them.
func Shifts(sh *shifts.Service, c *cascade.Service) Importer { return &shiftFiles{sh, c} }

type shiftFiles struct {
	shifts  *shifts.Service
	cascade *cascade.Service
}

// Begin prepares one file.
func (f *shiftFiles) Begin(ctx context.Context, tx *tenants.Tx, i Import) (Work, error) {
	file, err := f.shifts.Importing(ctx, tx, shifts.Import{ID: i.ID, Source: i.Source, CreatedBy: i.CreatedBy})
	return &shiftWork{file, f.cascade}, err
}

type shiftWork struct {
	*shifts.Importing
	cascade *cascade.Service
}

// Close compares the file with the shifts it names.
func (w *shiftWork) Close(ctx context.Context, tx *tenants.Tx) ([]Finding, error) {
	return w.Importing.Close(ctx, tx, w.cascade.Told)
}

// Apply makes and changes shifts and plans their cascades.
func (w *shiftWork) Apply(ctx context.Context, tx *tenants.Tx) (Outcome, error) {
	done, err := w.Importing.Apply(ctx, tx)
	if err != nil || done.Created+done.Updated == 0 {
		return done, err
	}
	return done, w.cascade.PlanImport(ctx, tx, w.Importing)
}

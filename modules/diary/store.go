package diary

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

func plan(ctx context.Context, tx *tenants.Tx, bookingID tenants.ID) (planned bool, err error) {
	err = tx.NewRaw("select app.diary_plan(?, ?)", tenants.NewID(), bookingID).Scan(ctx, &planned)
	return planned, err
}

func drop(ctx context.Context, tx *tenants.Tx, bookingID tenants.ID) error {
	_, err := tx.NewRaw("select app.diary_drop(?)", bookingID).Exec(ctx)
	return err
}

func free(ctx context.Context, tx *tenants.Tx, representationID tenants.ID, from, to time.Time) (yes bool, err error) {
	err = tx.NewRaw("select app.diary_free(?, ?, ?)", representationID, from, to).Scan(ctx, &yes)
	return yes, err
}

// weeks gives null for what the party may not know.
func weeks(ctx context.Context, tx *tenants.Tx, r Role, before civil.Date, breakDays int) (n *int, err error) {
	err = tx.NewRaw("select app.awr_weeks(?, ?, ?, ?, ?)", r.TenantID, r.PersonID, r.Grade, before, breakDays).Scan(ctx, &n)
	return n, err
}

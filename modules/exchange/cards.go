package exchange

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/modules/cards"
	"wardbridge/tenants"
)

// ErrWhole says that a card is taken in with all its rows.
var ErrWhole = fault.New(fault.Invalid, "import_in_whole", "A rate card is taken in as a whole or not at all. Correct the bad rows and send the file again.")

// Cards takes in files of rate card lines, each for one draft.
func Cards(c *cards.Service) Importer { return &cardFiles{c} }

type cardFiles struct{ cards *cards.Service }

// Aim refuses a file that is for no draft, and one of which only the good rows
// are wanted: half a card prices the other half at nothing.
func (f *cardFiles) Aim(ctx context.Context, tx *tenants.Tx, target tenants.ID, choice Choice) error {
	if choice == Good {
		return ErrWhole
	}
	return f.cards.Takes(ctx, tx, target)
}

// Begin prepares one file.
func (f *cardFiles) Begin(ctx context.Context, tx *tenants.Tx, i Import) (Work, error) {
	return f.cards.Importing(ctx, tx, i.Target)
}

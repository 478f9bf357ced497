package shifts

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"wardbridge/tenants"
)

// counterName is the row of counters that shifts take their numbers from.
const counterName = "shift"

// stepMax bounds the random step from one number to the next.
const stepMax = 9

// takeRefs takes n references at once, holding the organisation's one counter
// until the unit of work ends. What is rolled back leaves a gap, which is fine.
func takeRefs(ctx context.Context, tx *tenants.Tx, n int) ([]string, error) {
	letters, next, err := lockCounter(ctx, tx)
	if err != nil {
		return nil, err
	}
	refs := make([]string, n)
	for i := range refs {
		next += 1 + rand.Int64N(stepMax)
		refs[i] = letters + "-" + strconv.FormatInt(next, 10)
	}
	return refs, moveCounter(ctx, tx, next)
}

// lockCounter gives the letters that begin a reference and the last number
// taken. An organisation's first number is random too.
func lockCounter(ctx context.Context, tx *tenants.Tx) (letters string, last int64, err error) {
	_, err = tx.NewRaw(`
		insert into counters (owner_id, name, next)
		values (?, ?, ?)
		on     conflict (owner_id, name) do nothing`, tx.Me.ID, counterName, 10_000+rand.Int64N(50_000)).Exec(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("shift references: %w", err)
	}
	err = tx.NewRaw(`
		select app.letters(owner_id), next
		from   counters
		where  owner_id = ? and name = ?
		for    update`, tx.Me.ID, counterName).Scan(ctx, &letters, &last)
	if err != nil {
		return "", 0, fmt.Errorf("shift references: %w", err)
	}
	return letters, last, nil
}

func moveCounter(ctx context.Context, tx *tenants.Tx, last int64) error {
	_, err := tx.NewRaw(`
		update counters
		set    next = ?
		where  owner_id = ? and name = ?`, last, tx.Me.ID, counterName).Exec(ctx)
	if err != nil {
		return fmt.Errorf("shift references: %w", err)
	}
	return nil
}

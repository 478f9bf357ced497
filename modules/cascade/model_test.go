package cascade_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/modules/shifts/shiftstest"
	"wardbridge/tenants"
)

// Whatever happens to shifts in whatever order, while the clock moves: what is
// open to an agency is open, ahead, and of a tier whose instant has come; what
// has ended is open to nobody; and what was told before the end stays on record.
func TestCascade_holdsWhateverHappensInWhateverOrder(t *testing.T) {
	t.Parallel()
	for range 3 {
		seed := rand.Uint64()
		play(t, seed)
	}
}

func play(t *testing.T, seed uint64) {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 1))
	w := shiftstest.NewTrust(t)
	tiers := map[int]tenants.Party{1: w.Agency(1), 2: w.Agency(2), 3: w.Agency(3)}
	var all []shifts.Shift
	for range 25 {
		switch act := dice.IntN(6); {
		case act == 0 || len(all) == 0:
			n := w.NewShift(1 + dice.IntN(20))
			n.Quantity = 1 + dice.IntN(3)
			all = append(all, w.Create(n)...)
		case act == 1:
			s := all[dice.IntN(len(all))]
			_ = w.Try(func(ctx context.Context, tx *tenants.Tx) error { // refused when it has ended
				if _, err := w.Shifts.Fill(ctx, tx, s.ID); err != nil {
					return err
				}
				return w.Cascade.Stop(ctx, tx, s.ID, shifts.StatusFilled)
			})
		case act == 2:
			s := all[dice.IntN(len(all))]
			_ = w.Try(func(ctx context.Context, tx *tenants.Tx) error {
				if _, err := w.Shifts.Cancel(ctx, tx, s.ID, "Not needed"); err != nil {
					return err
				}
				return w.Cascade.Stop(ctx, tx, s.ID, shifts.StatusCancelled)
			})
		case act == 3:
			s := all[dice.IntN(len(all))]
			_ = w.Try(func(ctx context.Context, tx *tenants.Tx) error { // refused when somebody was told
				_, err := w.Cascade.Amend(ctx, tx, s.ID, 0, w.NewShift(1+dice.IntN(20)).Facts)
				return err
			})
			w.Settle()
		default:
			w.Advance(time.Duration(dice.IntN(60)) * time.Hour)
		}
	}
	now := w.Now()
	for tier, agency := range tiers {
		for _, o := range w.Offers(agency) {
			s := w.Shift(o.ShiftID)
			switch {
			case s.Status != shifts.StatusOpen || !s.StartsAt.After(now):
				t.Errorf("seed %d: %s is %s and open to tier %d", seed, s.Ref, s.Status, tier)
			case o.OpenedAt.Before(s.CreatedAt) || o.OpenedAt.After(now) || !o.OpenedAt.Before(s.StartsAt):
				t.Errorf("seed %d: %s was opened at %s", seed, s.Ref, o.OpenedAt)
			case o.Tier != tier || state(w, s.ID).Tier < tier:
				t.Errorf("seed %d: %s is open to tier %d too early", seed, s.Ref, tier)
			}
		}
	}
	for _, was := range all {
		s, line := w.Shift(was.ID), timeline(w, was.ID)
		if s.Status == shifts.StatusOpen && !s.Retrospective && !s.StartsAt.After(now) {
			t.Errorf("seed %d: %s has begun and is still open", seed, s.Ref)
		}
		for i, m := range line.Moments[1 : len(line.Moments)-1] {
			if s.Status == shifts.StatusOpen && (m.Position == cascade.Done || m.Position == cascade.Now) != !m.At.After(now) {
				t.Errorf("seed %d: %s step %d at %s is %s at %s", seed, s.Ref, i, m.At, m.Position, now)
			}
			if !m.At.Before(s.StartsAt) {
				t.Errorf("seed %d: %s step %d lies after the start", seed, s.Ref, i)
			}
		}
	}
}

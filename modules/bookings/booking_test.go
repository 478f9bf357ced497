package bookings

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

var (
	start = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	early = start.Add(-time.Hour)
	late  = start.Add(time.Hour)
)

func confirmed() Booking {
	return Booking{Status: StatusConfirmed, StartsAt: start, EndsAt: start.Add(12 * time.Hour), WorkerID: tenants.NewID(),
		ConfirmedBy: "Sam", ConfirmedAt: start.Add(-20*time.Hour - 19*time.Minute)}
}

func TestCancel_isForWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	b := confirmed()
	if err := b.cancel("Ward closed", early); err != nil || b.Status != StatusCancelled || b.EndedWhy != "Ward closed" || !b.EndedAt.Equal(early) {
		t.Errorf("got %v, %+v", err, b)
	}

	b = confirmed()
	if err := b.cancel("Ward closed", start); !errors.Is(err, ErrStarted) || b.Status != StatusConfirmed {
		t.Errorf("at the start: %v", err)
	}
}

func TestCancel_asksForAReason(t *testing.T) {
	t.Parallel()
	for _, why := range []string{"", "   ", strings.Repeat("x", 201)} {
		b := confirmed()
		if err := b.cancel(why, early); !errors.Is(err, ErrReason) {
			t.Errorf("reason of %d characters: %v", len(why), err)
		}
	}
}

func TestNoShow_isForAfterTheStartAndNotForOneself(t *testing.T) {
	t.Parallel()
	b := confirmed()
	if err := b.noShow(tenants.Actor{}, "", early); !errors.Is(err, ErrNotStarted) {
		t.Errorf("before the start: %v", err)
	}
	if err := b.noShow(tenants.Actor{Person: b.WorkerID}, "", late); !errors.Is(err, ErrOwnRequest) {
		t.Errorf("by oneself: %v", err)
	}
	if err := b.noShow(tenants.Actor{}, "", late); err != nil || b.Status != StatusNoShow {
		t.Errorf("got %v, %s", err, b.Status)
	}
}

func TestWorked_saidTwiceIsTheSameAsOnce(t *testing.T) {
	t.Parallel()
	b := confirmed()
	first, err := b.worked(late)
	if err != nil || !first {
		t.Fatalf("first: %v %v", first, err)
	}
	second, err := b.worked(late.Add(time.Hour))
	if err != nil || second || !b.EndedAt.Equal(late) {
		t.Errorf("second: %v %v, ended %v", second, err, b.EndedAt)
	}
}

func TestEnded_nothingLeavesAnEnd(t *testing.T) {
	t.Parallel()
	for _, end := range []Status{StatusCancelled, StatusNoShow, StatusWorked} {
		b := confirmed()
		b.end(end, "", early)
		if err := b.cancel("Again", early); !errors.Is(err, ErrEnded) {
			t.Errorf("cancel after %s: %v", end, err)
		}
		if err := b.noShow(tenants.Actor{}, "", late); !errors.Is(err, ErrEnded) {
			t.Errorf("no-show after %s: %v", end, err)
		}
		if _, err := b.worked(late); end != StatusWorked && !errors.Is(err, ErrEnded) {
			t.Errorf("worked after %s: %v", end, err)
		}
	}
}

func TestFilled_saysWhoAndWhen(t *testing.T) {
	t.Parallel()
	proposal := tenants.NewID()
	b := confirmed()
	b.ProposalID = &proposal
	if got := fault.Of(b.Filled(b.ConfirmedAt.Add(time.Minute))).Text; got != "Sam accepted another proposal at 10:41." {
		t.Errorf("the same day: %s", got)
	}
	if got := fault.Of(b.Filled(start)).Text; got != "Sam accepted another proposal on Mon 23 Nov 2026 at 10:41." {
		t.Errorf("the day after: %s", got)
	}
	b.ProposalID = nil
	if got := fault.Of(b.Filled(b.ConfirmedAt)).Text; got != "Sam booked a worker at 10:41." {
		t.Errorf("directly: %s", got)
	}
}

func TestWithinCard_namesEachBoxAndItsMaximum(t *testing.T) {
	t.Parallel()
	payMax, feeMax := money.MustRate("22.50"), money.MustRate("3")
	card := cards.Line{PayMax: payMax, CommissionMax: feeMax}
	if err := WithinCard(&quotes.Answer{Card: card}, payMax, feeMax); err != nil {
		t.Errorf("at the maximum: %v", err)
	}

	err := WithinCard(&quotes.Answer{Card: card}, money.MustRate("22.5001"), money.MustRate("3.10"))

	f := fault.Of(err)
	if !errors.Is(err, ErrPayAboveCard) || len(f.Fields) != 2 || f.Fields[0].Name != "pay_rate" || f.Fields[1].Name != "commission" {
		t.Fatalf("got %+v", f)
	}
	if !strings.Contains(f.Fields[0].Text, "£22.50") || !strings.Contains(f.Fields[1].Text, "£3.00") {
		t.Errorf("texts: %q, %q", f.Fields[0].Text, f.Fields[1].Text)
	}
}

func TestWithinCard_holdsFixedPayMarginsAndHighestCharges(t *testing.T) {
	t.Parallel()
	rate := money.MustRate
	fixed := cards.Line{PayMax: rate("20"), CommissionMax: rate("2"), Fixed: true}
	margin := cards.Line{PayMax: rate("20"), CommissionMax: rate("2"), Margin: money.MustFactor("0.1")}
	capped := cards.Line{PayMax: rate("20"), CommissionMax: rate("2"), ChargeMax: rate("24"), BandCharges: map[cards.Band]money.Rate{cards.High: rate("40")}}
	for name, c := range map[string]struct {
		card    cards.Line
		charges map[rates.Band]money.Rate
		pay     string
		fee     string
		want    error
	}{
		"the fixed pay":              {fixed, nil, "20", "2", nil},
		"less than the fixed pay":    {fixed, nil, "19.99", "2", ErrPayFixed},
		"the margin of less pay":     {margin, nil, "14", "1.40", nil},
		"more than the margin":       {margin, nil, "14", "1.4001", ErrFeeAboveCard},
		"the highest charge":         {capped, map[rates.Band]money.Rate{rates.Core: rate("24"), rates.High: rate("40")}, "15", "1", nil},
		"above it":                   {capped, map[rates.Band]money.Rate{rates.Core: rate("24.0001")}, "15", "1", ErrChargeAboveCard},
		"above that of a band":       {capped, map[rates.Band]money.Rate{rates.High: rate("40.01")}, "15", "1", ErrChargeAboveCard},
		"a band that has no maximum": {capped, map[rates.Band]money.Rate{rates.Low: rate("99")}, "15", "1", nil},
	} {
		if err := WithinCard(&quotes.Answer{Card: c.card, Charges: c.charges}, rate(c.pay), rate(c.fee)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

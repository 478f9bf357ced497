package proposals

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sam  = tenants.Actor{Kind: tenants.Person, Name: "Sam"}
)

func submitted() Proposal {
	return Proposal{ID: tenants.NewID(), WorkerID: tenants.NewID(), Status: StatusSubmitted, SubmittedAt: noon}
}

func TestAnswered_nothingLeavesAnEnd(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*Proposal) error{
		"withdrawn": func(p *Proposal) error { return p.withdraw(noon) },
		"accepted":  func(p *Proposal) error { return p.accept(sam, noon) },
		"declined":  func(p *Proposal) error { return p.decline(sam, "cost", "", noon) },
	}
	for first, do := range ends {
		for second, again := range ends {
			p := submitted()
			if err := do(&p); err != nil {
				t.Fatalf("%s: %v", first, err)
			}
			err := again(&p)
			if !errors.Is(err, ErrAnswered) || p.Status != Status(first) {
				t.Errorf("%s after %s: %v, now %s", second, first, err, p.Status)
			}
			if text := fault.Of(err).Text; !strings.Contains(text, "Sun 22 Nov 2026 at 12:00") {
				t.Errorf("%s after %s says %q", second, first, text)
			}
		}
	}
}

func TestDecide_refusesOnesOwn(t *testing.T) {
	t.Parallel()
	p := submitted()
	self := tenants.Actor{Kind: tenants.Person, Person: p.WorkerID}

	if err := p.accept(self, noon); !errors.Is(err, ErrOwnRequest) || !fault.Is(err, fault.Forbidden) {
		t.Errorf("accept: %v", err)
	}
	if err := p.decline(self, "cost", "", noon); !errors.Is(err, ErrOwnRequest) {
		t.Errorf("decline: %v", err)
	}
	if p.Status != StatusSubmitted {
		t.Errorf("now %s", p.Status)
	}
}

func TestDeclineReason_isOfTheListAndOtherNeedsWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, note, want, box string }{
		{"cost", "", "The charge is too high.", ""},
		{"cost", " By £2 an hour. ", "The charge is too high. By £2 an hour.", ""},
		{"other", "Knows nobody here.", "Knows nobody here.", ""},
		{"other", " ", "", "note"},
		{"because", "", "", "reason"},
		{"cost", strings.Repeat("x", 201), "", "note"},
	} {
		got, err := declineReason(c.code, c.note)
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.code, got, c.want)
		}
		if c.box == "" && err != nil || c.box != "" && (!errors.Is(err, ErrInvalidDecline) || fault.Of(err).Fields[0].Name != c.box) {
			t.Errorf("%s: %v, want a refusal of %q", c.code, err, c.box)
		}
	}
}

func TestCompare_putsTheLowestChargeFirstThenTheOldest(t *testing.T) {
	t.Parallel()
	at := func(pence int64, minute int, status Status) Proposal {
		p := submitted()
		p.NetPence, p.SubmittedAt, p.Status = money.Pence(pence), noon.Add(time.Duration(minute)*time.Minute), status
		p.Quote = rates.ShiftQuote{Net: p.NetPence, Minutes: 600}
		return p
	}
	dear, newer, older, declined := at(30_000, 0, StatusSubmitted), at(28_000, 9, StatusSubmitted), at(28_000, 3, StatusSubmitted), at(20_000, 1, StatusDeclined)

	got := compare([]Proposal{dear, newer, declined, older})

	want := []tenants.ID{older.ID, newer.ID, dear.ID, declined.ID}
	for i := range got {
		if got[i].Proposal.ID != want[i] {
			t.Fatalf("place %d is another", i+1)
		}
	}
	if !got[0].Best || got[1].Best || got[2].Over != 2000 || got[3].Over != 0 || got[3].Best {
		t.Errorf("marks: %+v", got)
	}
	if got[0].ChargeHour.Text() != "£28.00" {
		t.Errorf("an hour: %s", got[0].ChargeHour.Text())
	}
}

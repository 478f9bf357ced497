package proposals_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

var registered atomic.Int64

// clerk is a worker of a group that nobody of a Line is in. A number in a register
// is what they are known by.
func clerk(w *proposalstest.World, group, grade string) *proposalstest.Nurse {
	return w.AddNurse(w.First, func(f *workers.Facts) {
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = group, grade, "SWE", fmt.Sprintf("SW%d", 10_000+registered.Add(1))
	})
}

// office is a Line that asks its first agency for administrative work too.
func office(t *testing.T) *proposalstest.World {
	t.Helper()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		if err := w.Agencies.SetTiers(ctx, tx, w.First.Agreement.ID, map[string]int{"nursing": 1, "hca": 1, "admin": 1}); err != nil {
			return err
		}
		_, err := w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Offices", ValidFrom: civil.MustDate("2026-04-01"), Source: "Board paper 13", Lines: []cards.NewLine{
			{Grade: "admin-band-3", PayMax: money.MustRate("14.00"), CommissionMax: money.MustRate("1.50")},
			{Grade: "admin-vsm", PayMax: money.MustRate("70.00"), CommissionMax: money.MustRate("3.00")}}})
		return err
	})
	return w
}

// offered is a proposal of somebody for a shift of a grade on a day of the Line.
func offered(w *proposalstest.World, who *proposalstest.Nurse, grade, pay, fee string, day int) proposals.Proposal {
	shift := w.OpenShift(proposalstest.On(proposalstest.Day(day)), func(n *shifts.NewShift) { n.Grade = grade })
	return w.Propose(w.First, shift, func(d *proposals.Draft) {
		d.WorkerID, d.PayRate, d.Commission = who.Representation.ID, money.MustRate(pay), money.MustRate(fee)
	})
}

func with(evidence map[string]string) proposals.Case {
	return proposals.Case{Reason: "hard_to_fill", Evidence: evidence}
}

// typed is the evidence that no timeline shows.
func typed(all []approvals.Evidence) []approvals.Evidence {
	return slices.DeleteFunc(slices.Clone(all), func(e approvals.Evidence) bool { return e.Href != "" })
}

func TestAccept_needsAnExemptionForWorkClosedToAgencies(t *testing.T) {
	t.Parallel()
	w := office(t)
	director := executive(t, w, "Idris", approvals.ExecutiveDirector)
	p := offered(w, clerk(w, "admin", "admin-band-3"), "admin-band-3", "13.50", "1.50", 2) // Wed 25 Nov 2026

	if !slices.Equal(p.Conditions, []approvals.Condition{approvals.RestrictedGroup}) || !strings.Contains(p.Over(), "closed to agencies") {
		t.Fatalf("conditions %v: %q", p.Conditions, p.Over())
	}
	if _, err := w.Accept(w.Sam, p.ID); !errors.Is(err, proposals.ErrNeedsApproval) || !strings.Contains(fault.Of(err).Text, "closed to agencies") {
		t.Errorf("accepted without an exemption: %v", err)
	}
	r, err := ask(w, w.Sam, p.ID, with(map[string]string{"exemption_reference": " EX-2026-17 ", "exemption_expires_on": "25/11/2026"}))
	if err != nil {
		t.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}
	want := []approvals.Evidence{{Name: "exemption_reference", Text: "EX-2026-17"}, {Name: "exemption_expires_on", Text: "2026-11-25"}}
	if !slices.Equal(typed(r.Evidence), want) || r.Asked[0] != approvals.OfOffice(approvals.ExecutiveDirector) || !strings.HasPrefix(r.Figures["restriction"], "admin, band any from 2019-09-16: ") {
		t.Errorf("asked %v with %+v and %v", r.Asked, r.Evidence, r.Figures)
	}
	if err := approve(w, director, r.ID); err != nil {
		t.Fatal(err)
	}
	b, err := w.Accept(w.Sam, p.ID)
	if err != nil || b.ApprovalID == nil || *b.ApprovalID != r.ID || !slices.Equal(b.Conditions, []approvals.Condition{approvals.RestrictedGroup}) {
		t.Errorf("booked %+v, %v", b, err)
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, d, err := w.Approvals.Get(ctx, tx, r.ID)
		if err == nil && !slices.Equal(typed(d.Snapshot.Evidence), want) {
			t.Errorf("decided on %+v", d.Snapshot.Evidence)
		}
		return err
	})
}

func TestAskApproval_refusesAnExemptionThatDoesNotHold(t *testing.T) {
	t.Parallel()
	w := office(t)
	p := offered(w, clerk(w, "admin", "admin-band-3"), "admin-band-3", "13.50", "1.50", 2)
	for name, c := range map[string]struct {
		shown map[string]string
		want  error
		boxes []string // name and value of each
	}{
		"nothing":              {nil, approvals.ErrIncomplete, []string{"evidence exemption_reference", "evidence exemption_expires_on"}},
		"no day":               {map[string]string{"exemption_reference": "EX-1"}, approvals.ErrIncomplete, []string{"evidence exemption_expires_on"}},
		"blank":                {map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "  "}, approvals.ErrIncomplete, []string{"evidence exemption_expires_on"}},
		"what is no day":       {map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "soon"}, approvals.ErrIncomplete, []string{"evidence.exemption_expires_on "}},
		"ended the day before": {map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2026-11-24"}, approvals.ErrExemption, []string{"evidence.exemption_expires_on 2026-11-24"}},
		"what nobody asks for": {map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2026-11-25", "nhse_reference": "NHSE-1"}, approvals.ErrNotAsked, []string{"evidence.nhse_reference NHSE-1"}},
		"the timeline's own":   {map[string]string{"bank_tried": "I rang them"}, approvals.ErrNotAsked, []string{"evidence.bank_tried I rang them"}},
	} {
		_, err := ask(w, w.Sam, p.ID, with(c.shown))
		var boxes []string
		for _, f := range fault.Of(err).Fields {
			boxes = append(boxes, f.Name+" "+f.Value)
		}
		if !errors.Is(err, c.want) || !slices.Equal(boxes, c.boxes) {
			t.Errorf("%s: got %v, %q", name, err, boxes)
		}
		if errors.Is(err, approvals.ErrExemption) && !strings.Contains(fault.Of(err).Text, "Tue 24 Nov 2026, before the day of the shift, Wed 25 Nov 2026") {
			t.Errorf("%s: says %q", name, fault.Of(err).Text)
		}
	}
}

func TestSubmit_findsWhatTheTrustClosesFromItsDay(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	who := clerk(w, "hca", "hca-band-2")
	before := offered(w, who, "hca-band-2", "13.00", "1.50", 3)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Packs.AddRestriction(ctx, tx, packs.NewRestriction{StaffGroup: "hca", Band: "afc-2", From: proposalstest.Day(4), Source: "Board paper 14", Reason: "Spend plan"})
		return err
	})
	on, after := offered(w, who, "hca-band-2", "13.00", "1.50", 3), offered(w, who, "hca-band-2", "13.00", "1.50", 4)

	if len(before.Conditions) != 0 || len(on.Conditions) != 0 {
		t.Errorf("before its day: %v and %v", before.Conditions, on.Conditions)
	}
	if !slices.Equal(after.Conditions, []approvals.Condition{approvals.RestrictedGroup}) {
		t.Errorf("on its day: %v", after.Conditions)
	}
	if _, err := w.Accept(w.Sam, before.ID); err != nil {
		t.Errorf("before its day: %v", err)
	}
}

// 60.00 an hour for eleven and a half hours with on-costs is far above £750 a day.
func TestAskApproval_wantsNHSEnglandForAnInterimManager(t *testing.T) {
	t.Parallel()
	w := office(t)
	chief := executive(t, w, "Carys", approvals.ChiefExecutive)
	p := offered(w, clerk(w, "admin", "admin-vsm"), "admin-vsm", "60.00", "3.00", 2)

	if !slices.Equal(p.Conditions, []approvals.Condition{approvals.RestrictedGroup, approvals.InterimVSM}) || !strings.Contains(p.Over(), p.NetPence.String()+" a day") {
		t.Fatalf("conditions %v: %q", p.Conditions, p.Over())
	}
	shown := map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2027-03-31"}
	_, err := ask(w, w.Sam, p.ID, with(shown))
	if f := fault.Of(err).Fields; !errors.Is(err, approvals.ErrIncomplete) || len(f) != 1 || f[0].Value != "nhse_reference" {
		t.Errorf("without NHS England's reference: %v %+v", err, f)
	}
	shown["nhse_reference"] = "NHSE-881"
	r, err := ask(w, w.Sam, p.ID, with(shown))
	if err != nil {
		t.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}
	if r.Asked[0] != approvals.OfOffice(approvals.ChiefExecutive) || len(typed(r.Evidence)) != 3 || !strings.HasPrefix(r.Figures["day_limit"], "750 from 2016-10-31: ") {
		t.Errorf("asked %v with %+v and %v", r.Asked, r.Evidence, r.Figures)
	}
	if err := approve(w, chief, r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accept(w.Sam, p.ID); err != nil {
		t.Error(err)
	}
}

// Three shifts of four hours of one day: each alone is below £750, two together are
// above it. What is sent before any is booked is caught when it is accepted.
func TestAccept_addsUpTheDayOfAnInterimManager(t *testing.T) {
	t.Parallel()
	w := office(t)
	director, chief := executive(t, w, "Idris", approvals.ExecutiveDirector), executive(t, w, "Carys", approvals.ChiefExecutive)
	who := clerk(w, "admin", "admin-vsm")
	offer := func(from, to string) proposals.Proposal {
		shift := w.OpenShift(proposalstest.On(proposalstest.Day(3)), func(n *shifts.NewShift) {
			n.Grade, n.BreakMinutes, n.Times.Start, n.Times.End = "admin-vsm", 0, civil.MustClock(from), civil.MustClock(to)
		})
		return w.Propose(w.First, shift, func(d *proposals.Draft) {
			d.WorkerID, d.PayRate, d.Commission = who.Representation.ID, money.MustRate("70"), money.MustRate("3")
		})
	}
	closed, both := []approvals.Condition{approvals.RestrictedGroup}, []approvals.Condition{approvals.RestrictedGroup, approvals.InterimVSM}
	shown := map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2027-03-31"}
	granted := func(p proposals.Proposal, by tenants.Actor, shown map[string]string) approvals.Request {
		t.Helper()
		r, err := ask(w, w.Sam, p.ID, with(shown))
		if err == nil {
			err = approve(w, by, r.ID)
		}
		if err != nil {
			t.Fatalf("%v %+v", err, fault.Of(err).Fields)
		}
		return r
	}
	morning, noon := offer("08:00", "12:00"), offer("12:00", "16:00")
	if !slices.Equal(morning.Conditions, closed) || !slices.Equal(noon.Conditions, closed) || morning.NetPence > 750_00 || 2*morning.NetPence <= 750_00 {
		t.Fatalf("sent with %v and %v at %s", morning.Conditions, noon.Conditions, morning.NetPence)
	}
	granted(morning, director, shown)
	granted(noon, director, shown)
	if _, err := w.Accept(w.Sam, morning.ID); err != nil {
		t.Fatal(err)
	}

	if _, err := w.Accept(w.Sam, noon.ID); !errors.Is(err, proposals.ErrNeedsApproval) || !strings.Contains(fault.Of(err).Text, (morning.NetPence+noon.NetPence).String()+" a day") {
		t.Errorf("the second: %v", err)
	}
	if evening := offer("16:00", "20:00"); !slices.Equal(evening.Conditions, both) {
		t.Errorf("sent after the first was booked: %v", evening.Conditions)
	}
	if _, err := ask(w, w.Sam, noon.ID, with(shown)); !errors.Is(err, approvals.ErrIncomplete) {
		t.Errorf("without NHS England's reference: %v", err)
	}
	shown["nhse_reference"] = "NHSE-881"
	r := granted(noon, chief, shown)
	if r.Figures["day_charge"] != (morning.NetPence + noon.NetPence).String() {
		t.Errorf("figures %v", r.Figures)
	}
	if b, err := w.Accept(w.Sam, noon.ID); err != nil || !slices.Equal(b.Conditions, both) || *b.ApprovalID != r.ID {
		t.Errorf("booked with %v, %v", b.Conditions, err)
	}
}

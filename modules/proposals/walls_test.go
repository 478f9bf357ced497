package proposals_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/tenants"
)

func TestList_showsAPartyItsOwnAndNoOthers(t *testing.T) {
	t.Parallel()
	w, other := proposalstest.Line(t), proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)
	see := func(me tenants.Party) (n int) {
		w.Run(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			rows, _, err := w.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted})
			n = len(rows)
			return err
		})
		return n
	}

	for _, c := range []struct {
		name string
		me   tenants.Party
		want int
	}{
		{"the trust", w.Trust, 1}, {"the agency", w.First.Party, 1}, {"the nurse", w.First.Nurse.Person, 1},
		{"the rival", w.Second.Party, 0}, {"its nurse", w.Second.Nurse.Person, 0}, {"another trust", other.Trust, 0},
	} {
		if got := see(c.me); got != c.want {
			t.Errorf("%s sees %d, want %d", c.name, got, c.want)
		}
		_, err := w.Proposal(c.me, p.ID)
		if c.want == 1 && err != nil || c.want == 0 && !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s opens it: %v", c.name, err)
		}
	}
}

func TestList_showsAWorkerTheirPayAndNoMore(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())

	got, err := w.Proposal(w.First.Nurse.Person, p.ID)

	if err != nil || got.PayRate != proposalstest.PayRate || got.Ref != p.Ref {
		t.Fatalf("got %+v, %v", got, err)
	}
	if !got.Commission.IsZero() || got.NetPence != 0 || len(got.Quote.Lines) != 0 || got.Note != "" {
		t.Errorf("a worker sees the agency's side: %+v", got)
	}
}

func TestList_isAQueueThatPagesWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	var sent []tenants.ID
	sent = append(sent, w.Propose(w.First, shift).ID)
	for range 4 {
		nurse := w.AddNurse(w.First, nil)
		sent = append(sent, w.Propose(w.First, shift, func(d *proposals.Draft) { d.WorkerID = nurse.Representation.ID }).ID)
	}
	walk := func(newest bool) (seen []tenants.ID) {
		var next paging.Cursor
		for {
			w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
				rows, more, err := w.Proposals.List(ctx, tx, proposals.Filter{Shift: shift.ID, NewestFirst: newest, Limit: 2, Cursor: next})
				for _, r := range rows {
					seen = append(seen, r.ID)
				}
				next = more
				return err
			})
			if next == "" {
				return seen
			}
		}
	}

	oldest, newest := walk(false), walk(true)

	if len(oldest) != 5 || len(newest) != 5 {
		t.Fatalf("%d and %d rows, want 5", len(oldest), len(newest))
	}
	for i := range sent {
		if oldest[i] != sent[i] || newest[4-i] != sent[i] {
			t.Errorf("place %d is another", i)
		}
	}
}

func TestWalls_eachSideWritesItsOwnColumns(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())

	for _, c := range []struct {
		name string
		me   tenants.Party
		sql  string
	}{
		{"an agency decides", w.First.Party, "update proposals set decision = 'accepted', decided_at = now() where id = ?"},
		{"an agency lowers the price", w.First.Party, "update proposals set net_pence = 1 where id = ?"},
		{"an agency changes the worker", w.First.Party, "update proposals set worker_id = agency_id where id = ?"},
		{"an agency deletes", w.First.Party, "delete from proposals where id = ?"},
		{"a trust withdraws", w.Trust, "update proposals set withdrawn_at = now() where id = ?"},
		{"a trust raises the rate", w.Trust, "update proposals set pay_rate = 1 where id = ?"},
		{"a worker decides", w.First.Nurse.Person, "update proposals set decision = 'accepted' where id = ?"},
		{"a worker reads the charge", w.First.Nurse.Person, "select net_pence from proposals where id = ?"},
		{"an agency proposes and decides in one", w.First.Party, "insert into proposals (id, decision, decided_at) values (?, 'accepted', now())"},
		{"a trust proposes", w.Trust, "insert into proposals (id) values (?)"},
		{"an agency books", w.First.Party, "insert into bookings (id) values (?)"},
		{"an agency reads a cost centre", w.First.Party, "select cost_centre from bookings where id = ?"},
	} {
		err := w.Do(c.me, pgtest.Actor(c.me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(c.sql, p.ID).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWalls_aRivalsActIsNotFound(t *testing.T) {
	t.Parallel()
	w, other := proposalstest.Line(t), proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())

	err := w.Do(w.Second.Party, w.Second.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Withdraw(ctx, tx, p.ID)
		return err
	})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a rival withdraws: %v", err)
	}
	if _, err := other.Accept(other.Sam, p.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another trust accepts: %v", err)
	}
	sam := w.Sam
	sam.Wards = []tenants.ID{tenants.NewID()}
	if _, err := w.Accept(sam, p.ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a manager of another ward accepts: %v", err)
	}
}

package notices_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/mail"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/notices"
	"wardbridge/tenants"
)

var everything = jobs.Filter{}

var filled = notices.Notice{Kind: "shift.filled", Title: "KUH-40841 is filled.", Text: "By Meridian.", Href: "/e/kingsmere/shifts/KUH-40841",
	Roles: []string{"bank_office", "ward_manager"}}

func TestTell_mailsThoseWhomItConcerns(t *testing.T) {
	t.Parallel()
	h, org := start(t, &server{}), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")
	person(t, org, "Wendy Ward", "ward_manager")
	person(t, org, "Fiona Finance", "finance")
	person(t, pgtest.Org(t, tenants.Trust), "Elsewhere", "bank_office")

	h.tell(t, org, filled)
	h.settle(t)

	if got := h.list(t, org); len(got) != 1 || got[0].Title != filled.Title || got[0].Href != filled.Href || got[0].ReadAt != nil {
		t.Errorf("notices = %+v", got)
	}
	out := h.outbox(t, org)
	if got := names(out); !slices.Equal(got, []string{"Priya Raman", "Wendy Ward"}) {
		t.Fatalf("mails to %v", got)
	}
	for _, m := range out {
		if h.Standing(m) != notices.Sent || !strings.Contains(m.Text, "Hello "+m.ToName) || !strings.Contains(m.Text, "https://bank.example/e/kingsmere/shifts/KUH-40841") {
			t.Errorf("mail = %+v", m)
		}
	}
	sent := h.mail.mails()
	if len(sent) != 2 || sent[0].ID == sent[1].ID || !strings.Contains(sent[0].To, "<") || sent[0].Subject != filled.Title {
		t.Errorf("the server got %+v", sent)
	}
}

func TestTell_onceMakesARepeatHarmless(t *testing.T) {
	t.Parallel()
	h, org, other := start(t, &server{}), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")
	once := filled
	once.Once = "filled:1"

	h.tell(t, org, once)
	h.tell(t, org, once)
	h.tell(t, other, once)
	h.settle(t)

	if got := len(h.list(t, org)); got != 1 {
		t.Errorf("%d notices", got)
	}
	if got := len(h.list(t, other)); got != 1 {
		t.Errorf("%d notices for another party of the same name of event", got)
	}
	if got := len(h.mail.mails()); got != 1 {
		t.Errorf("%d mails", got)
	}
}

func TestTell_aWorkerIsToldThemselves(t *testing.T) {
	t.Parallel()
	h, nurse := start(t, &server{}), pgtest.Worker(t)

	h.tell(t, nurse, notices.Notice{Kind: "timesheet.opened", Title: "Enter your hours.", Href: "/me/timesheets/KUH-1"})
	h.settle(t)

	if got := h.outbox(t, nurse); len(got) != 1 || h.Standing(got[0]) != notices.Sent {
		t.Errorf("outbox = %+v", got)
	}
}

func TestTell_managersOfOtherWardsAreNotTold(t *testing.T) {
	t.Parallel()
	h, org := start(t, nil), pgtest.Org(t, tenants.Trust)
	here, there := tenants.NewID(), tenants.NewID()
	person(t, org, "Here", "ward_manager", here)
	person(t, org, "There", "ward_manager", there)
	person(t, org, "Everywhere", "ward_manager")
	n := filled
	n.WardID = &here

	h.tell(t, org, n)

	if got := names(h.outbox(t, org)); !slices.Equal(got, []string{"Everywhere", "Here"}) {
		t.Errorf("mails to %v", got)
	}
	for ward, want := range map[tenants.ID]int{here: 1, there: 0} {
		actor := pgtest.Actor(org)
		actor.Wards = []tenants.ID{ward}
		err := h.db.Run(t.Context(), org, actor, func(ctx context.Context, tx *tenants.Tx) error {
			seen, _, err := h.List(ctx, tx, notices.Filter{})
			if unread, e := h.Unread(ctx, tx); e != nil || unread != want || len(seen) != want {
				t.Errorf("the manager sees %d, unread %d, want %d; %v", len(seen), unread, want, e)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTell_onePersonAlone(t *testing.T) {
	t.Parallel()
	h, org := start(t, nil), pgtest.Org(t, tenants.Trust)
	priya := person(t, org, "Priya Raman", "bank_office")
	person(t, org, "Other", "bank_office")
	n := filled
	n.Person = priya
	stranger := filled
	stranger.Person = pgtest.Person(t, "Stranger")

	h.tell(t, org, n)
	h.tell(t, org, stranger)

	if got := names(h.outbox(t, org)); !slices.Equal(got, []string{"Priya Raman"}) {
		t.Errorf("mails to %v", got)
	}
}

func TestTell_aRollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	h, org := start(t, &server{}), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")
	changed := errors.New("changed my mind")

	err := h.db.Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
		return errors.Join(h.Tell(ctx, tx, filled), changed)
	})
	h.settle(t)

	if !errors.Is(err, changed) || len(h.list(t, org)) != 0 || len(h.outbox(t, org)) != 0 || len(h.mail.mails()) != 0 {
		t.Errorf("something was left: %v", err)
	}
}

func TestOutbox_keepsMailsWhereThereIsNoServer(t *testing.T) {
	t.Parallel()
	h, org := start(t, nil), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")

	h.tell(t, org, filled)
	h.settle(t)

	if got := h.outbox(t, org); len(got) != 1 || got[0].SentAt != nil || h.Standing(got[0]) != notices.Kept || h.Sends() {
		t.Errorf("outbox = %+v", got)
	}
	if list, err := h.queue.List(t.Context(), everything); err != nil || len(list) != 0 {
		t.Errorf("jobs = %v, %v", list, err)
	}
}

func TestSend_triesAgainWhenTheServerIsAway(t *testing.T) {
	t.Parallel()
	h, org := start(t, &server{away: 1}), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")

	h.tell(t, org, filled)
	h.settle(t)

	if got := h.outbox(t, org); h.Standing(got[0]) != notices.Sent || got[0].Failure != "" {
		t.Errorf("outbox = %+v", got)
	}
	if got := h.mail.mails(); len(got) != 1 {
		t.Errorf("the server got %d", len(got))
	}
}

func TestSend_givesUpOnAMailThatIsRefusedForGood(t *testing.T) {
	t.Parallel()
	h, org := start(t, &server{refuse: &mail.Error{Permanent: true, Code: 550, Err: errors.New("550 no such mailbox")}}), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")

	h.tell(t, org, filled)
	h.settle(t)

	if got := h.outbox(t, org); h.Standing(got[0]) != notices.Failed || !strings.Contains(got[0].Failure, "550 no such mailbox") {
		t.Errorf("outbox = %+v", got)
	}
	if got := h.list(t, org); len(got) != 1 {
		t.Errorf("the notice itself: %+v", got)
	}
}

func TestRead_marksOneOrAllAndOnlyOnesOwn(t *testing.T) {
	t.Parallel()
	h, org, other := start(t, nil), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	for range 3 {
		h.tell(t, org, filled)
	}
	first := h.list(t, org)[0].ID
	unread := func() (n int) {
		h.as(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) { n, err = h.Unread(ctx, tx); return err })
		return n
	}

	err := h.db.Run(t.Context(), other, pgtest.Actor(other), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := h.Read(ctx, tx, first)
		return err
	})
	if !errors.Is(err, fault.ErrNotFound) || unread() != 3 {
		t.Errorf("another party read it: %v, unread %d", err, unread())
	}

	h.as(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		n, err := h.Read(ctx, tx, first)
		if n.ReadAt == nil {
			t.Error("it is not read")
		}
		return err
	})
	if got := unread(); got != 2 {
		t.Errorf("unread %d, want 2", got)
	}
	h.as(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		n, err := h.ReadAll(ctx, tx)
		if n != 2 {
			t.Errorf("marked %d, want 2", n)
		}
		return err
	})
	if got := unread(); got != 0 {
		t.Errorf("unread %d, want none", got)
	}
}

func TestList_goesOnWhereThePageBeforeEnded(t *testing.T) {
	t.Parallel()
	h, org := start(t, nil), pgtest.Org(t, tenants.Trust)
	person(t, org, "Priya Raman", "bank_office")
	h.as(t, org, func(ctx context.Context, tx *tenants.Tx) error { // one instant: the id decides
		for range 5 {
			if err := h.Tell(ctx, tx, filled); err != nil {
				return err
			}
		}
		return nil
	})
	seen := map[tenants.ID]bool{}

	h.as(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		var c, m paging.Cursor
		for range 3 {
			page, next, err := h.List(ctx, tx, notices.Filter{Cursor: c, Limit: 2})
			if err != nil {
				return err
			}
			mails, after, err := h.Outbox(ctx, tx, m, 2)
			if err != nil || len(mails) != len(page) {
				t.Errorf("%d notices and %d mails, %v", len(page), len(mails), err)
			}
			for _, n := range page {
				seen[n.ID] = true
			}
			c, m = next, after
		}
		if c != "" || m != "" {
			t.Error("there is a fourth page")
		}
		return nil
	})

	if len(seen) != 5 {
		t.Errorf("saw %d of 5", len(seen))
	}
}

func TestList_thePlatformIsToldNothing(t *testing.T) {
	t.Parallel()
	h := start(t, &server{})
	staff := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}

	h.tell(t, staff, filled)

	if got, mails := h.list(t, staff), h.outbox(t, staff); len(got)+len(mails) != 0 {
		t.Errorf("got %v %v", got, mails)
	}
}

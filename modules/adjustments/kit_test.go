package adjustments_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
	"wardbridge/web/papers"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const afterwards = "2026-11-02 09:00"

// monday begins the period in which the work of the tests is billed first.
var (
	monday = civil.MustDate("2026-10-12")
	next   = civil.MustDate("2026-10-26")
)

// room is a line with billing and adjustments on top.
type room struct {
	*timesheetstest.Line
	billing     *billing.Service
	adjustments *adjustments.Service
}

func start(t *testing.T) *room {
	t.Helper()
	l := timesheetstest.New(t, afterwards)
	return &room{Line: l, billing: billing.New(l.Agencies, l.Places, l.Timesheets),
		adjustments: adjustments.New(l.Packs, l.Agencies, l.Cards, l.Quotes, l.Timesheets)}
}

// shift is an ordinary day of eleven and a half paid hours at £20.
func shift(day string) timesheetstest.Booked {
	return timesheetstest.Booked{Start: day + " 07:30", End: day + " 20:00", BreakMinutes: 60, Pay: "20.00", Commission: "2.00"}
}

// award moves £20 to £20.80 in October.
func award() adjustments.Request {
	return adjustments.Request{Kind: adjustments.Award, Reason: "Backdated pay award", Source: "Pay circular 3/2026", From: civil.MustDate("2026-10-01"),
		To: civil.MustDate("2026-10-31"), Changes: []adjustments.Change{{Grade: "nurse-band-5", From: money.MustRate("20"), To: money.MustRate("20.80")}}}
}

func (r *room) try(t *testing.T, who tenants.Actor, fn func(context.Context, *tenants.Tx) (adjustments.Adjustment, error)) (a adjustments.Adjustment, err error) {
	t.Helper()
	err = r.Try(t, r.Employer, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		a, err = fn(ctx, tx)
		return err
	})
	return a, err
}

func (r *room) preview(t *testing.T, q adjustments.Request) (adjustments.Adjustment, error) {
	t.Helper()
	return r.try(t, r.Finance, func(ctx context.Context, tx *tenants.Tx) (adjustments.Adjustment, error) {
		return r.adjustments.Preview(ctx, tx, q)
	})
}

func (r *room) previewed(t *testing.T, q adjustments.Request) adjustments.Adjustment {
	t.Helper()
	a, err := r.preview(t, q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (r *room) post(t *testing.T, a adjustments.Adjustment) (adjustments.Adjustment, error) {
	t.Helper()
	return r.try(t, r.Finance, func(ctx context.Context, tx *tenants.Tx) (adjustments.Adjustment, error) {
		return r.adjustments.Post(ctx, tx, a.ID)
	})
}

func (r *room) posted(t *testing.T, q adjustments.Request) adjustments.Adjustment {
	t.Helper()
	a, err := r.post(t, r.previewed(t, q))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (r *room) items(t *testing.T, a adjustments.Adjustment) (items []adjustments.Item) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		items, _, err = r.adjustments.Items(ctx, tx, a.ID, tenants.ID{}, 200, "")
		return err
	})
	return items
}

// item is the only one of an adjustment.
func (r *room) item(t *testing.T, a adjustments.Adjustment) adjustments.Item {
	t.Helper()
	items := r.items(t, a)
	if len(items) != 1 {
		t.Fatalf("%d items of %+v, want one", len(items), a)
	}
	return items[0]
}

func (r *room) postings(t *testing.T, me tenants.Party, sheet timesheets.Timesheet) (all []timesheets.Posting) {
	t.Helper()
	r.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, err = r.Timesheets.Postings(ctx, tx, sheet.ID)
		return err
	})
	return all
}

func (r *room) lines(t *testing.T, sheet timesheets.Timesheet) (all []timesheets.Line) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, err = r.Timesheets.Lines(ctx, tx, sheet.ID)
		return err
	})
	return all
}

func (r *room) prepared(t *testing.T, from civil.Date) (run billing.Run, bills []billing.Bill) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if run, err = r.billing.Prepare(ctx, tx, from); err != nil {
			return err
		}
		bills, err = r.billing.BillsOf(ctx, tx, run.ID)
		return err
	})
	return run, bills
}

func (r *room) issued(t *testing.T, from civil.Date) (run billing.Run, bills []billing.Bill) {
	t.Helper()
	run, _ = r.prepared(t, from)
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if run, err = r.billing.Issue(ctx, tx, run.ID); err != nil {
			return err
		}
		bills, err = r.billing.BillsOf(ctx, tx, run.ID)
		return err
	})
	return run, bills
}

func (r *room) billLines(t *testing.T, me tenants.Party, b billing.Bill) (lines []billing.Line) {
	t.Helper()
	r.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		lines, _, err = r.billing.Lines(ctx, tx, b.ID, 200, "")
		return err
	})
	return lines
}

// charged is where a timesheet stands on issued bills.
func (r *room) charged(t *testing.T, sheet timesheets.Timesheet) (b *billing.Bill, lines map[tenants.ID]billing.Line, err error) {
	t.Helper()
	err = r.Try(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		b, lines, err = r.billing.Charged(ctx, tx, sheet.ID)
		return err
	})
	return b, lines, err
}

// sums are the SHA-256 of every form of an issued run and of a timesheet on it,
// as each side reads them.
func (r *room) sums(t *testing.T, run billing.Run, bill billing.Bill, sheet timesheets.Timesheet) map[string]string {
	t.Helper()
	all := map[string]string{}
	keep := func(name string, b []byte) {
		sum := sha256.Sum256(b)
		all[name] = hex.EncodeToString(sum[:])
	}
	for name, me := range map[string]tenants.Party{"employer": r.Employer, "agency": r.Agency} {
		r.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			b, err := r.billing.Bill(ctx, tx, bill.Number)
			if err != nil {
				return err
			}
			lines, err := r.billing.Shown(ctx, tx, b.ID)
			if err != nil {
				return err
			}
			var page bytes.Buffer
			if err := papers.SelfBill(&b, lines).Render(ctx, &page); err != nil {
				return err
			}
			keep(name+" page", page.Bytes())
			said, err := json.Marshal([]any{b, lines})
			if err != nil {
				return err
			}
			keep(name+" json", said)
			seen, err := r.Timesheets.Get(ctx, tx, sheet.Ref)
			if err != nil {
				return err
			}
			parts, err := r.Timesheets.Lines(ctx, tx, sheet.ID)
			if err != nil {
				return err
			}
			said, err = json.Marshal([]any{seen, parts})
			keep(name+" timesheet", said)
			return err
		})
	}
	for _, name := range []string{"lines.csv", "control.csv", "lines.xlsx"} {
		var b bytes.Buffer
		err := r.DB.Stream(t.Context(), r.Employer, pgtest.Actor(r.Employer), func(ctx context.Context, tx *tenants.Tx) error {
			f, err := r.billing.RunFile(ctx, tx, run.Ref, name)
			if err != nil {
				return err
			}
			return f.Write(ctx, tx, &b)
		})
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
		keep(name, b.Bytes())
	}
	return all
}

// elsewhere is another agency with an agreement.
func (r *room) elsewhere(t *testing.T, terms agencies.Terms) (tenants.Party, agencies.Agreement) {
	t.Helper()
	agency := pgtest.Org(t, tenants.Agency)
	return agency, r.Agree(t, agency, terms)
}

func want(t *testing.T, what string, got, pence money.Pence) {
	t.Helper()
	if got != pence {
		t.Errorf("%s: got %s, want %s", what, got, pence)
	}
}

func by(lines []adjustments.ItemLine) map[rates.Kind]money.Pence {
	sum := map[rates.Kind]money.Pence{}
	for _, l := range lines {
		sum[l.Kind] += l.DeltaPence
	}
	return sum
}

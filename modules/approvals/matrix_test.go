package approvals_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/approvals"
	"wardbridge/tenants"
)

// usual is the national default of a condition as a change to be made of it.
func usual(t *testing.T, c approvals.Condition) approvals.Change {
	t.Helper()
	d, ok := approvals.DefaultOf(c, civil.MustDate("2026-11-24"))
	if !ok {
		t.Fatalf("no default of %s", c)
	}
	return approvals.Change{Condition: c, Approvers: d.Approvers, ReasonRequired: d.ReasonRequired, StatementRequired: d.StatementRequired, Evidence: d.Evidence,
		EscalateMinutes: d.EscalateMinutes, EscalateTo: d.EscalateTo, OutOfHours: d.OutOfHours, HoursFrom: d.HoursFrom, HoursTo: d.HoursTo, Source: "Board paper 12"}
}

func (w *trust) set(c approvals.Change) error {
	return w.as(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.SetRule(ctx, tx, c); return err })
}

func (w *trust) rule(c approvals.Condition) (l approvals.Line) {
	w.Helper()
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		all, err := w.Matrix(ctx, tx)
		l = all[slices.IndexFunc(all, func(l approvals.Line) bool { return l.Rule.Condition == c })]
		return err
	})
	return l
}

func TestDefaults_haveASourceAndAMark(t *testing.T) {
	t.Parallel()
	for _, c := range approvals.Conditions {
		d, ok := approvals.DefaultOf(c, civil.MustDate("2026-11-24"))
		if !ok || d.Source == "" || !slices.Contains([]string{"official", "derived", "indicative"}, d.Mark) || c.Title() == string(c) {
			t.Errorf("%s: %+v", c, d)
		}
		if wants := slices.Contains([]approvals.Condition{approvals.HundredAnHour, approvals.OffFramework}, c); wants && d.Minimum != approvals.ChiefExecutive {
			t.Errorf("%s: the least is %q", c, d.Minimum)
		}
	}
}

func TestSetRule_mayAskForMore(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	director, chief := w.holder("Dan Director", approvals.ExecutiveDirector), w.holder("Carys Chief", approvals.ChiefExecutive)
	asks := w.person("Priya Raman", "bank_office")
	before := w.ask(asks, draft(approvals.OverCap))
	c := usual(t, approvals.OverCap)
	c.Approvers, c.Evidence, c.EscalateMinutes, c.EscalateTo = []approvals.Approver{approvals.OfOffice(approvals.ChiefExecutive)}, []string{"tiers_tried"}, 30, nil

	if err := w.set(c); err != nil {
		t.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}

	r := w.ask(asks, draft(approvals.OverCap))
	if w.sees(director, approvals.Mine, r) || !w.sees(chief, approvals.Mine, r) || !r.DueAt.Equal(r.AskedAt.Add(30*time.Minute)) {
		t.Errorf("the employer's rule does not hold: %+v", r.Rule)
	}
	if !w.sees(director, approvals.Mine, before) {
		t.Error("an open request keeps the rule it was asked under")
	}
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error { return w.UseDefault(ctx, tx, approvals.OverCap) })
	if l := w.rule(approvals.OverCap); !l.Rule.National() || len(l.Own) != 1 || l.Own[0].UntilAt.IsZero() {
		t.Errorf("back to the default: %+v", l)
	}
}

func TestSetRule_neverAsksForLess(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	for name, c := range map[string]struct {
		of     approvals.Condition
		loosen func(*approvals.Change)
		box    string
	}{
		"a director for £100 an hour":   {approvals.HundredAnHour, func(c *approvals.Change) { c.Approvers = office(approvals.ExecutiveDirector) }, "approvers"},
		"a director beside the chief":   {approvals.OffFramework, func(c *approvals.Change) { c.Approvers = append(c.Approvers, office(approvals.ExecutiveDirector)...) }, "approvers"},
		"a role off framework":          {approvals.OffFramework, func(c *approvals.Change) { c.Approvers = []approvals.Approver{approvals.OfRole("approver")} }, "approvers"},
		"a director when late":          {approvals.HundredAnHour, func(c *approvals.Change) { c.EscalateTo = office(approvals.ExecutiveDirector) }, "escalate_to"},
		"on call for £100 an hour":      {approvals.HundredAnHour, func(c *approvals.Change) { c.OutOfHours = approvals.ExecutiveOnCall }, "out_of_hours"},
		"a short day":                   {approvals.OffFramework, func(c *approvals.Change) { c.HoursTo = civil.MustClock("16:59") }, "hours_to"},
		"no statement":                  {approvals.OverCap, func(c *approvals.Change) { c.StatementRequired = false }, "statement_required"},
		"no reason":                     {approvals.WithinCap, func(c *approvals.Change) { c.ReasonRequired = false }, "reason_required"},
		"no evidence of the tiers":      {approvals.OffFramework, func(c *approvals.Change) { c.Evidence = []string{"bank_tried"} }, "evidence"},
		"no exemption":                  {approvals.RestrictedGroup, func(c *approvals.Change) { c.Evidence = nil }, "evidence"},
		"a service manager above a cap": {approvals.OverCap, func(c *approvals.Change) { c.Approvers = office(approvals.ServiceManager) }, "approvers"},
	} {
		change := usual(t, c.of)
		c.loosen(&change)

		err := w.set(change)

		w.wants(name, err, approvals.ErrBelowMinimum)
		if !slices.ContainsFunc(fault.Of(err).Fields, func(f fault.Field) bool { return f.Name == c.box && strings.HasSuffix(f.Text, ".") }) {
			t.Errorf("%s: names %+v", name, fault.Of(err).Fields)
		}
	}
}

func office(o approvals.Office) []approvals.Approver {
	return []approvals.Approver{approvals.OfOffice(o)}
}

func TestSetRule_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	viewer := w.person("Ewan Grant", "viewer")
	for name, spoil := range map[string]func(*approvals.Change){
		"nobody":                   func(c *approvals.Change) { c.Approvers = nil },
		"an unknown office":        func(c *approvals.Change) { c.Approvers = []approvals.Approver{"office:king"} },
		"a role that decides not":  func(c *approvals.Change) { c.Approvers = []approvals.Approver{approvals.OfRole("viewer")} },
		"a role of agencies":       func(c *approvals.Change) { c.Approvers = []approvals.Approver{approvals.OfRole("agency_admin")} },
		"a limit and nobody above": func(c *approvals.Change) { c.LimitRate, c.EscalateTo = money.MustRate("60"), nil },
		"a start in the past":      func(c *approvals.Change) { c.FromOn = civil.MustDate("2026-11-23") },
		"no source":                func(c *approvals.Change) { c.Source = " " },
		"a day that ends at once":  func(c *approvals.Change) { c.HoursTo = c.HoursFrom },
	} {
		c := usual(t, approvals.WithinCap)
		spoil(&c)
		w.wants(name, w.set(c), fault.ErrInvalid)
	}
	c := usual(t, approvals.WithinCap)
	c.Approvers = []approvals.Approver{approvals.OfPerson(viewer)}
	w.wants("a person who decides not", w.set(c), approvals.ErrNoMember)
}

func TestSetRule_holdsFromItsDay(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	later, sooner := usual(t, approvals.WithinCap), usual(t, approvals.WithinCap)
	later.FromOn, later.EscalateMinutes = civil.MustDate("2026-12-01"), 60
	sooner.FromOn, sooner.EscalateMinutes = civil.MustDate("2026-11-30"), 30
	if err := w.set(later); err != nil {
		t.Fatal(err)
	}
	if l := w.rule(approvals.WithinCap); !l.Rule.National() {
		t.Error("holds before its day")
	}
	if err := w.set(sooner); err != nil {
		t.Fatal(err)
	}

	w.clock("2026-12-02 09:00")

	l := w.rule(approvals.WithinCap)
	if l.Rule.EscalateMinutes != 30 || len(l.Own) != 2 {
		t.Errorf("in force %+v of %d", l.Rule, len(l.Own))
	}
}

func TestLimit_sendsWhatIsAboveItToSomebodyElse(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	ward, service := w.person("Will Ward", "ward_manager"), w.holder("Sita Service", approvals.ServiceManager)
	c := usual(t, approvals.WithinCap)
	c.Approvers, c.LimitRate, c.EscalateTo = []approvals.Approver{approvals.OfRole("ward_manager")}, money.MustRate("41.2050"), office(approvals.ServiceManager)
	if err := w.set(c); err != nil {
		t.Fatal(err)
	}
	asks := w.person("Priya Raman", "bank_office")
	at := w.ask(asks, draft(approvals.WithinCap))
	above := draft(approvals.WithinCap)
	above.Rate = money.MustRate("41.2051")
	over := w.ask(asks, above)
	unknown := draft(approvals.WithinCap)
	unknown.Rate = money.Rate{}
	blind := w.ask(asks, unknown)

	if err := w.approve(ward, at.ID); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	w.wants("above it", w.approve(ward, over.ID), approvals.ErrOverLimit)
	w.wants("without a rate", w.approve(ward, blind.ID), approvals.ErrOverLimit)
	if err := w.approve(service, over.ID); err != nil {
		t.Errorf("by whoever answers above the limit: %v", err)
	}
}

// Two conditions that a director answers: one up to £100, one up to any sum.
func TestAsk_bindsByTheLowestLimitOfEquallyStrictRules(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	director, chief := w.holder("Dan Director", approvals.ExecutiveDirector), w.holder("Carys Chief", approvals.ChiefExecutive)
	asks := w.person("Priya Raman", "bank_office")
	limited := usual(t, approvals.RestrictedGroup)
	limited.LimitPence, limited.LimitRate, limited.EscalateMinutes = 100_00, money.MustRate("60"), 60
	if err := w.set(limited); err != nil {
		t.Fatal(err)
	}
	for _, both := range [][]approvals.Condition{{approvals.RestrictedGroup, approvals.OverCap}, {approvals.OverCap, approvals.RestrictedGroup}} {
		above := w.ask(asks, draft(both...)) // £473.86
		if !slices.Equal(above.Asked, []approvals.Approver{approvals.OfOffice(approvals.ExecutiveDirector), approvals.OfOffice(approvals.ChiefExecutive)}) ||
			above.Rule.LimitPence != 100_00 || above.Rule.LimitRate != money.MustRate("60") || above.Rule.EscalateMinutes != 60 {
			t.Errorf("%v: asked %v under %+v", both, above.Asked, above.Rule)
		}
		w.wants("above the limit of one", w.approve(director, above.ID), approvals.ErrOverLimit)
		if err := w.approve(chief, above.ID); err != nil {
			t.Errorf("%v: the chief executive: %v", both, err)
		}
		d := draft(both...)
		d.Total = 99_00
		if within := w.ask(asks, d); w.approve(director, within.ID) != nil {
			t.Errorf("%v: the director up to the limit of both", both)
		}
	}
}

// What one rule lets answer above its limit is not let past the limit of another.
func TestAsk_noEqualRuleLetsAnybodyPastTheLimitOfAnother(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	director, asks := w.holder("Dan Director", approvals.ExecutiveDirector), w.person("Priya Raman", "bank_office")
	call := approvals.OfOffice(approvals.ExecutiveOnCall)
	limited, other := usual(t, approvals.OverCap), usual(t, approvals.RestrictedGroup)
	limited.LimitPence = 100_00
	other.Approvers, other.EscalateTo = []approvals.Approver{call}, []approvals.Approver{approvals.OfOffice(approvals.ExecutiveDirector), approvals.OfRole("ward_manager")}
	for _, c := range []approvals.Change{limited, other} {
		if err := w.set(c); err != nil {
			t.Fatal(err)
		}
	}
	for _, both := range [][]approvals.Condition{{approvals.OverCap, approvals.RestrictedGroup}, {approvals.RestrictedGroup, approvals.OverCap}} {
		r := w.ask(asks, draft(both...))
		if !slices.Equal(r.Rule.EscalateTo, []approvals.Approver{approvals.OfOffice(approvals.ChiefExecutive)}) {
			t.Errorf("%v: above the limit %v", both, r.Rule.EscalateTo)
		}
		if err := w.approve(director, r.ID); err == nil {
			t.Errorf("%v: the director passed the limit of £100 for £473.86", both)
		}
	}
}

// The second of two waits for the first, and is told of it.
func TestSetRule_ofTwoAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	first, second := usual(t, approvals.WithinCap), usual(t, approvals.WithinCap)
	second.LimitPence = 100_00
	told := make(chan error, 1)

	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := w.SetRule(ctx, tx, first); err != nil {
			return err
		}
		var me int
		if err := tx.NewRaw("select pg_backend_pid()").Scan(ctx, &me); err != nil {
			return err
		}
		go func() { told <- w.set(second) }()
		for waits := false; !waits && len(told) == 0; {
			if err := pgtest.Owner(t).QueryRow(ctx, "select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))", me).Scan(&waits); err != nil {
				return err
			}
		}
		return nil
	})

	err := <-told
	w.wants("the second", err, approvals.ErrRuleRaced)
	if f := fault.Of(err); f.Kind != fault.Conflict {
		t.Errorf("%v is a %v", err, f.Kind)
	}
	if l := w.rule(approvals.WithinCap); len(l.Own) != 1 || l.Rule.LimitPence != 0 {
		t.Errorf("in force: %+v of %d", l.Rule, len(l.Own))
	}
}

func TestAsk_cutsATitleToWhatAListHasRoomFor(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	d := draft(approvals.OverCap)
	d.Title = strings.Repeat("É", 190) + " for shift KUH-40841"

	if r := w.ask(w.person("Priya Raman", "bank_office"), d); len([]rune(r.Title)) != 200 || !strings.HasSuffix(r.Title, "…") {
		t.Errorf("%d letters: %q", len([]rune(r.Title)), r.Title)
	}
}

package approvals

import (
	"context"
	"slices"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/accounts"
	"wardbridge/modules/packs"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Service holds the verbs of approvals.
type Service struct {
	gate     *rbac.Gate
	accounts *accounts.Service
	packs    *packs.Service
}

// New makes the service. The gate says whose role lets them decide.
func New(gate *rbac.Gate, a *accounts.Service, p *packs.Service) *Service {
	return &Service{gate: gate, accounts: a, packs: p}
}

// Ask asks for an approval, of whoever the matrix names, as the employer who
// acts. A second request about a subject while one is open is ErrAsked.
func (s *Service) Ask(ctx context.Context, tx *tenants.Tx, d Draft) (Request, error) {
	if !employer(tx) {
		return Request{}, ErrNoEmployer
	}
	rules, err := s.rulesOf(ctx, tx, d.Conditions)
	if err != nil {
		return Request{}, err
	}
	if err := d.check(rules); err != nil {
		return Request{}, err
	}
	r := d.request(tx, strictest(rules))
	err = insertRequest(ctx, tx, &r)
	switch {
	case tenants.Violates(err, "approval_requests_open"):
		return Request{}, ErrAsked.Because(err)
	case err != nil:
		return Request{}, err
	}
	return r, s.wait(ctx, tx, r)
}

// request is a draft as it is written, under the rule that says who answers.
func (d Draft) request(tx *tenants.Tx, rule Rule) Request {
	who := d.Requester
	if who == (Person{}) {
		who = Person{tx.Actor.Person, tx.Actor.Name}
	}
	r := Request{OwnerID: tx.Me.ID, ID: tenants.NewID(), SubjectKind: d.Subject.Kind, SubjectID: d.Subject.ID, SubjectRef: d.Subject.Ref,
		Title: short(strings.TrimSpace(d.Title)), Href: d.Href, WardID: d.WardID, Conditions: unique(d.Conditions), Rule: rule, Rate: d.Rate, Cap: d.Cap,
		TotalPence: d.Total, Figures: d.Figures, RequesterName: who.Name, Barred: []tenants.ID{}, Reason: d.Reason, Statement: strings.TrimSpace(d.Statement),
		Evidence: d.Evidence, State: Open, Asked: slices.Clone(rule.Approvers), AskedAt: tx.Now}
	if r.Figures == nil {
		r.Figures = map[string]string{}
	}
	if r.Evidence == nil {
		r.Evidence = []Evidence{}
	}
	for _, own := range []tenants.ID{who.ID, d.About} {
		if own != (tenants.ID{}) {
			r.Barred = append(r.Barred, own)
		}
	}
	if who.ID != (tenants.ID{}) {
		r.RequesterID = &who.ID
	}
	if rule.over(r.Rate, r.TotalPence) {
		r.Asked = unique(append(r.Asked, rule.EscalateTo...))
	}
	if rule.EscalateMinutes > 0 {
		due := tx.Now.Add(minutes(rule.EscalateMinutes))
		r.DueAt = &due
	}
	if !d.Until.IsZero() {
		r.LapsesAt = &d.Until
	}
	return r
}

// short is a title cut to what a list has room for.
func short(title string) string {
	if r := []rune(title); len(r) > titleMax {
		return string(r[:titleMax-1]) + "…"
	}
	return title
}

const titleMax = 200

// wait plans what happens to an open request by itself, and tells of it.
func (s *Service) wait(ctx context.Context, tx *tenants.Tx, r Request) error {
	for _, at := range []*time.Time{r.DueAt, r.LapsesAt} {
		if at == nil {
			continue
		}
		if err := jobs.At(ctx, tx, dueRequest, r.ID, *at, nil); err != nil {
			return err
		}
	}
	return tx.Emit(Asked{Request: r.ID})
}

// employer reports whether approvals are the caller's to keep.
func employer(tx *tenants.Tx) bool { return tx.Me.Kind == tenants.Trust || tx.Me.Kind == tenants.Hub }

// Get finds a request of the employer that looks, with its decision if there is
// one.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Request, *Decision, error) {
	r, err := request(ctx, tx, id)
	if err != nil {
		return r, nil, err
	}
	d, err := decisionsOf(ctx, tx, []tenants.ID{id})
	if err != nil || len(d) == 0 {
		return r, nil, err
	}
	return r, &d[0], nil
}

// For lists the requests about a subject, newest first, those to ratify among them.
func (s *Service) For(ctx context.Context, tx *tenants.Tx, subject Subject) ([]Request, error) {
	return requestsAbout(ctx, tx, subject.Kind, subject.ID)
}

// Granted finds the approval that holds for a subject with figures as they are
// now; false when approval has to be asked for, again if figures have grown.
func (s *Service) Granted(ctx context.Context, tx *tenants.Tx, subject Subject, conditions []Condition, rate money.Rate, total money.Pence) (Request, bool, error) {
	all, err := s.For(ctx, tx, subject)
	for _, r := range all {
		if r.Ratifies == nil && r.Covers(conditions, rate, total) {
			return r, true, err
		}
	}
	return Request{}, false, err
}

// Standings says what became of the approvals that were asked about some subjects
// after the fact, by subject, and of what ratifies approvals that were given out of
// hours, by approval. The worst answer stands for all: refused before open, before
// withdrawn, before approved. What was never asked about is not in it.
func (s *Service) Standings(ctx context.Context, tx *tenants.Tx, kinds []string, subjects, granted []tenants.ID) (map[tenants.ID]State, error) {
	all, err := standings(ctx, tx, kinds, subjects, granted)
	worst := make(map[tenants.ID]State, len(all))
	for id, states := range all {
		worst[id] = Worst(states...)
	}
	return worst, err
}

// Worst is the answer that stands for several about one thing.
func Worst(states ...State) (worst State) {
	for _, state := range []State{Approved, Lapsed, Withdrawn, Open, Refused} {
		if slices.Contains(states, state) {
			worst = state
		}
	}
	return worst
}

// Drop closes what is open about a subject that is gone, for the caller whose
// subject it is.
func (s *Service) Drop(ctx context.Context, tx *tenants.Tx, subject Subject, why string) error {
	all, err := requestsAbout(ctx, tx, subject.Kind, subject.ID)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.State != Open || r.Ratifies != nil {
			continue
		}
		if r, err = lockRequest(ctx, tx, r.ID); err != nil {
			return err
		}
		if r.State != Open {
			continue
		}
		if err := s.end(ctx, tx, &r, Withdrawn, why); err != nil {
			return err
		}
	}
	return nil
}

// View is which requests a list shows.
type View string

// The views. The empty one is all.
const (
	Mine   View = "me"        // open, and this person may decide now
	Passed View = "delegated" // open, and a delegate of this person may decide now
)

// Filter narrows a list of requests, oldest first. Its zero value is the first
// page of all.
type Filter struct {
	View   View
	State  State
	Cursor paging.Cursor
	Limit  int
}

// scan is how many requests are looked at in one read for a view of a person.
const scan = 200

// List gives the requests of the employer, oldest first. What waits for somebody
// is found by the same test as the decision itself.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Request, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var after place
	if f.Cursor != "" {
		if err := paging.Decode(f.Cursor, &after.at, &after.id); err != nil {
			return nil, "", err
		}
	}
	keep := func(Request) bool { return true }
	step := limit + 1
	if f.View != "" {
		if keep, err = s.shown(ctx, tx, f.View); err != nil {
			return nil, "", err
		}
		f.State, step = Open, scan
	}
	page := make([]Request, 0, limit+1)
	for {
		rows, err := requests(ctx, tx, f.State, after, step)
		if err != nil {
			return nil, "", err
		}
		for _, r := range rows {
			if keep(r) {
				page = append(page, r)
			}
			if len(page) > limit {
				last := page[limit-1]
				return page[:limit], paging.Encode(last.AskedAt, last.ID), nil
			}
			after = place{r.AskedAt, r.ID}
		}
		if len(rows) < step {
			return page, "", nil
		}
	}
}

// Waiting counts what waits for whoever acts, up to a hundred.
func (s *Service) Waiting(ctx context.Context, tx *tenants.Tx) (int, error) {
	page, _, err := s.List(ctx, tx, Filter{View: Mine, Limit: 100})
	return len(page), err
}

// shown is the test of a view for whoever acts.
func (s *Service) shown(ctx context.Context, tx *tenants.Tx, v View) (func(Request) bool, error) {
	g, me, h, err := s.eyes(ctx, tx)
	if err != nil {
		return nil, err
	}
	switch v {
	case Mine:
		return func(r Request) bool { _, err := g.may(me, r, h.asleep(r.Rule, tx.Now)); return err == nil }, nil
	case Passed:
		return func(r Request) bool { return g.passed(me, r, h.asleep(r.Rule, tx.Now)) }, nil
	}
	return nil, fault.ErrInvalid.With(field("view", ErrUnknownChoice, "Choose me or delegated.", string(v)))
}

// eyes is everything by which it is judged what whoever acts may decide.
func (s *Service) eyes(ctx context.Context, tx *tenants.Tx) (register, standing, holidays, error) {
	me := standing{person: tx.Actor.Person}
	g, err := s.register(ctx, tx)
	if err != nil {
		return g, me, nil, err
	}
	if me.person != (tenants.ID{}) {
		m, err := s.accounts.Member(ctx, tx, me.person)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return g, me, nil, err
		}
		me.roles = m.Roles
	}
	h, err := s.holidays(ctx, tx)
	return g, me, h, err
}

func (s *Service) register(ctx context.Context, tx *tenants.Tx) (register, error) {
	g := register{now: tx.Now}
	var err error
	if g.offices, err = appointments(ctx, tx, true); err != nil {
		return g, err
	}
	g.delegations, err = delegations(ctx, tx, true)
	return g, err
}

// holidayDays is how far ahead a working day is certainly found.
const holidayDays = 30

// holidays are the bank holidays of the employer's nation from today. A year whose
// holidays are not loaded has none: the usual approvers are asked, which is the
// stricter way.
func (s *Service) holidays(ctx context.Context, tx *tenants.Tx) (holidays, error) {
	own, err := s.accounts.Own(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := civil.DateOf(tx.Now)
	all, err := s.packs.Holidays(ctx, tx, own.Nation, today, today.AddDays(holidayDays))
	h := holidays{}
	for _, day := range all {
		h[day.Day] = true
	}
	return h, err
}

// May says in which capacity whoever acts may decide a request now, or why not.
func (s *Service) May(ctx context.Context, tx *tenants.Tx, r Request) (Capacity, error) {
	g, me, h, err := s.eyes(ctx, tx)
	if err != nil {
		return Capacity{}, err
	}
	return g.may(me, r, h.asleep(r.Rule, tx.Now))
}

// mayNot is the code of why whoever acts may not decide; "" when they may.
func (s *Service) mayNot(ctx context.Context, tx *tenants.Tx, r Request) (string, error) {
	_, err := s.May(ctx, tx, r)
	if err == nil {
		return "", nil
	}
	if f := fault.Of(err); f.Kind == fault.Forbidden || f.Kind == fault.Conflict {
		return f.Code, nil
	}
	return "", err
}

// Deciders are who may decide an open request now: people by name, and roles.
func (s *Service) Deciders(ctx context.Context, tx *tenants.Tx, r Request) (people []tenants.ID, roles []string, err error) {
	g, err := s.register(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	h, err := s.holidays(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	asleep := h.asleep(r.Rule, tx.Now)
	for _, a := range r.waitsFor(asleep) {
		switch {
		case a.Role() != "":
			if !r.limits(a) {
				roles = append(roles, a.Role())
			}
		case a.Office() != "":
			people = append(people, g.holders(a.Office())...)
			for _, d := range g.delegations {
				if d.Office == a.Office() {
					people = append(people, d.DelegateID)
				}
			}
		default:
			people = append(people, a.Person())
		}
	}
	people = slices.DeleteFunc(unique(people), func(p tenants.ID) bool {
		_, err := g.may(standing{person: p}, r, asleep)
		return err != nil
	})
	return people, unique(roles), nil
}

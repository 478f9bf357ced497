package cascade

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	manager := func(path map[string]string) func(openapi.World) openapi.Call {
		return func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: path}
		}
	}
	openapi.Get(r, "/cascade-rule", rbac.AgreementRead, "Get the cascade rule", s.getRule, openapi.Faults(ErrNotEmployer),
		openapi.Describe("How long each tier has, by lead time. The ETag is the version."), openapi.Example(manager(nil)))
	openapi.Put(r, "/cascade-rule", rbac.CascadeManage, "Replace the cascade rule", s.putRule, openapi.Faults(ErrRule, openapi.ErrChanged),
		openapi.Describe("Holds for shifts created from now on. Shifts that are planned keep their plan."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Body: map[string]any{"name": "Standard", "bands": DefaultBands()}}
		}))
	openapi.Get(r, "/shifts/{id}/timeline", rbac.ShiftRead, "Get a shift's timeline", s.timeline,
		openapi.Describe("What happened to the shift and what will, with the rule's words."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.shift.open")}}
		}))
	openapi.Get(r, "/releases", rbac.ReleaseRead, "List releases", s.list, openapi.Faults(paging.ErrCursor),
		openapi.Describe("The shifts that are open to the agency that asks, soonest first."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "agency@meridian.example", Query: map[string]string{"limit": "20"}}
		}))
	openapi.Get(r, "/releases/{id}", rbac.ReleaseRead, "Get a release", s.get,
		openapi.Describe("By its id, its shift's id or its shift's reference. The first reading is noted, and the employer sees that you have looked."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"id": w.ID("meridian.release.live")}}
		}))
}

type cascadeRuleJSON struct {
	Name      string    `json:"name"`
	Version   int       `json:"version"`
	ValidFrom time.Time `json:"valid_from"`
	Bands     []Band    `json:"bands"`
}

// ETag is the version.
func (r cascadeRuleJSON) ETag() string { return strconv.Itoa(r.Version) }

func (s *Service) getRule(ctx context.Context, tx *tenants.Tx, _ struct{}) (cascadeRuleJSON, error) {
	if !tx.Me.Kind.Employer() {
		return cascadeRuleJSON{}, ErrNotEmployer
	}
	r, err := s.Rule(ctx, tx)
	return ruleToJSON(r), err
}

func ruleToJSON(r Rule) cascadeRuleJSON {
	return cascadeRuleJSON{Name: r.Name, Version: r.Version, ValidFrom: r.ValidFrom.In(civil.London), Bands: r.Bands}
}

type ruleIn struct {
	Match string `header:"If-Match"`
	Body  struct {
		Name  string `json:"name" minlen:"1" maxlen:"80"`
		Bands []Band `json:"bands" minlen:"1" maxlen:"8" doc:"From the longest lead time to the shortest."`
	}
}

func (s *Service) putRule(ctx context.Context, tx *tenants.Tx, in ruleIn) (cascadeRuleJSON, error) {
	before, err := s.Rule(ctx, tx)
	if err != nil {
		return cascadeRuleJSON{}, err
	}
	if err := openapi.Unchanged(in.Match, ruleToJSON(before).ETag()); err != nil {
		return cascadeRuleJSON{}, err
	}
	r, err := s.SetRule(ctx, tx, before.Version, in.Body.Name, in.Body.Bands)
	return ruleToJSON(r), err
}

type timelineMomentJSON struct {
	At       time.Time `json:"at"`
	Position string    `json:"position" enum:"done,now,next,later,never"`
	Tier     *int      `json:"tier" doc:"0 is the bank; null where no tier is meant."`
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Why      string    `json:"why" doc:"The rule's words."`
	Agencies int       `json:"agencies" doc:"Told by this step."`
	Seen     int       `json:"seen" doc:"Of them, how many have looked."`
}

type timelineJSON struct {
	Cascades bool                 `json:"cascades"`
	Data     []timelineMomentJSON `json:"data"`
}

type idIn struct {
	ID string `path:"id" maxlen:"60" doc:"Id or reference."`
}

func (s *Service) timeline(ctx context.Context, tx *tenants.Tx, in idIn) (timelineJSON, error) {
	sh, err := s.shifts.Get(ctx, tx, in.ID)
	if err != nil {
		return timelineJSON{}, err
	}
	t, err := s.Timeline(ctx, tx, sh.ID)
	if err != nil {
		return timelineJSON{}, err
	}
	out := timelineJSON{Cascades: t.RuleID != tenants.ID{}, Data: make([]timelineMomentJSON, 0, len(t.Moments))}
	for _, m := range t.Moments {
		j := timelineMomentJSON{At: m.At.In(civil.London), Position: string(m.Position), Title: m.Title, Text: m.Text, Why: m.Why, Agencies: m.Agencies, Seen: m.Seen}
		if tier := m.Tier; tier >= 0 {
			j.Tier = &tier
		}
		out.Data = append(out.Data, j)
	}
	return out, nil
}

type releaseJSON struct {
	ID           tenants.ID `json:"id"`
	Status       string     `json:"status" enum:"live,closed"`
	Tier         int        `json:"tier"`
	Employer     tenants.ID `json:"employer_id"`
	ShiftID      tenants.ID `json:"shift_id"`
	Ref          string     `json:"ref" example:"KUH-40841"`
	Site         string     `json:"site"`
	Ward         string     `json:"ward"`
	StaffGroup   string     `json:"staff_group"`
	Grade        string     `json:"grade"`
	Specialty    string     `json:"specialty"`
	StartsAt     time.Time  `json:"starts_at"`
	EndsAt       time.Time  `json:"ends_at"`
	BreakMinutes int        `json:"break_minutes"`
	PaidMinutes  int        `json:"paid_minutes"`
	Reason       string     `json:"reason"`
	Notes        string     `json:"notes"`
	OpenedAt     time.Time  `json:"opened_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	ClosedWhy    string     `json:"closed_why"`
	SeenAt       *time.Time `json:"seen_at"`
}

func toJSON(o Offer) releaseJSON {
	return releaseJSON{ID: o.ID, Status: string(o.Status), Tier: o.Tier, Employer: o.TenantID, ShiftID: o.ShiftID, Ref: o.Shift.Ref,
		Site: o.Ward.SiteName, Ward: o.Ward.Name, StaffGroup: o.StaffGroup, Grade: o.Grade, Specialty: o.Shift.Specialty,
		StartsAt: o.Shift.StartsAt.In(civil.London), EndsAt: o.Shift.EndsAt.In(civil.London), BreakMinutes: o.Shift.BreakMinutes,
		PaidMinutes: o.Shift.PaidMinutes(), Reason: o.Shift.Reason, Notes: o.Shift.Notes, OpenedAt: o.OpenedAt.In(civil.London),
		ClosedAt: london(o.ClosedAt), ClosedWhy: o.ClosedWhy, SeenAt: london(o.SeenAt)}
}

func london(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.In(civil.London)
	return &at
}

type listIn struct {
	Status     string      `query:"status" enum:"live,closed" default:"live"`
	Employer   *tenants.ID `query:"employer"`
	From       string      `query:"from" format:"date" doc:"First day of the start, in London."`
	To         string      `query:"to" format:"date" doc:"Last day of the start, in London."`
	Site       *tenants.ID `query:"site"`
	Ward       *tenants.ID `query:"ward"`
	StaffGroup string      `query:"staff_group" maxlen:"40"`
	Grade      string      `query:"grade" maxlen:"40"`
	Limit      int         `query:"limit" min:"1" max:"200"`
	Cursor     string      `query:"cursor" maxlen:"2000"`
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (out openapi.List[releaseJSON], err error) {
	f := Filter{Status: ReleaseStatus(in.Status), StaffGroup: in.StaffGroup, Grade: in.Grade, Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)}
	for _, p := range []struct {
		from *tenants.ID
		into *tenants.ID
	}{{in.Employer, &f.Tenant}, {in.Site, &f.Site}, {in.Ward, &f.Ward}} {
		if p.from != nil {
			*p.into = *p.from
		}
	}
	if f.From, err = dateIn("from", in.From); err != nil {
		return out, err
	}
	if f.To, err = dateIn("to", in.To); err != nil {
		return out, err
	}
	offers, next, err := s.Open(ctx, tx, f)
	out.Data, out.NextCursor = make([]releaseJSON, 0, len(offers)), string(next)
	for _, o := range offers {
		out.Data = append(out.Data, toJSON(o))
	}
	return out, err
}

func dateIn(name, text string) (civil.Date, error) {
	if text == "" {
		return civil.Date{}, nil
	}
	d, err := civil.ParseDate(text)
	if err != nil {
		return d, fault.ErrInvalid.With(fault.Field{Name: name, Code: civil.ErrDateInvalid.Code, Text: civil.ErrDateInvalid.Text, Value: text})
	}
	return d, nil
}

func (s *Service) get(ctx context.Context, tx *tenants.Tx, in idIn) (releaseJSON, error) {
	o, err := s.Release(ctx, tx, in.ID)
	if err != nil {
		return releaseJSON{}, err
	}
	return toJSON(o), s.Seen(ctx, tx, o.Release)
}

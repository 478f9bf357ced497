package approvals

import (
	"context"
	"maps"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func (s *Service) matrixRoutes(r *openapi.Router) {
	admin := func(body any) openapi.Option {
		return openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "admin@kingsmere.example", Body: body} })
	}
	openapi.Get(r, "/approval-rules", rbac.ApprovalRead, "Get the approval matrix", s.matrixAPI, openapi.Tag("approvals"),
		openapi.Describe("Condition by condition: the rule in force, the national default, the office below which nobody may be named, and the employer's own rules."), admin(nil))
	openapi.Post(r, "/approval-rules", rbac.ApprovalManage, "Change the approval matrix", s.setRuleAPI, openapi.Tag("approvals"), openapi.Status(201),
		openapi.Describe("A rule of the employer's own for a condition, from a day on. It may ask for more than the national default, never for less. Open requests keep the rule they were asked under."),
		openapi.Faults(ErrBelowMinimum, ErrNoMember, ErrNoEmployer, ErrRuleRaced),
		admin(map[string]any{"condition": "over_cap", "approvers": []string{"office:executive_director"}, "reason_required": true, "statement_required": true,
			"escalate_minutes": 60, "escalate_to": []string{"office:chief_executive"}, "source": "Board paper 12"}))
	openapi.Post(r, "/approval-rules/{condition}/reset", rbac.ApprovalManage, "Use the national default", s.resetRuleAPI, openapi.Tag("approvals"),
		openapi.Describe("At once. Rules of the employer's own that were to come are taken back as well."), openapi.Faults(ErrNoEmployer),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"condition": "within_cap"}}
		}))
}

func (s *Service) officeRoutes(r *openapi.Router) {
	on := func(as, name string, body func(openapi.World) any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: as, Body: body(w)}
			if name != "" {
				c.Path = map[string]string{"id": w.ID(name)}
			}
			return c
		})
	}
	none := func(openapi.World) any { return nil }
	const admin, chief = "admin@kingsmere.example", "chief@kingsmere.example"
	openapi.Get(r, "/approval-offices", rbac.ApprovalRead, "List who holds offices", s.officesAPI, openapi.Tag("approvals"),
		openapi.Describe("Those who hold and held offices that approve, latest first."), on(admin, "", none))
	openapi.Post(r, "/approval-offices", rbac.ApprovalManage, "Appoint to an office", s.appointAPI, openapi.Tag("approvals"), openapi.Status(201),
		openapi.Describe("Several people may hold one office. A person needs a role that decides, such as Approver."), openapi.Faults(ErrOfficeTaken, ErrNoMember, ErrNoEmployer),
		on(admin, "", func(w openapi.World) any {
			return map[string]any{"office": "service_manager", "person_id": w.ID("kingsmere.person.chief"), "from_on": "2027-01-01", "until_on": "2027-06-30"}
		}))
	openapi.Post(r, "/approval-offices/{id}/end", rbac.ApprovalManage, "End an appointment", s.endOfficeAPI, openapi.Tag("approvals"),
		openapi.Describe("At once, and with it every delegation of the office by this person."), openapi.Faults(ErrSettled), on(admin, "kingsmere.approval-office.chief", none))
	openapi.Get(r, "/delegations", rbac.ApprovalRead, "List delegations", s.delegationsAPI, openapi.Tag("approvals"),
		openapi.Describe("Those to come, in force and over, latest first."), on(admin, "", none))
	openapi.Post(r, "/delegations", rbac.ApprovalDecide, "Delegate an office", s.delegateAPI, openapi.Tag("approvals"), openapi.Status(201),
		openapi.Describe("As its holder, to one named person, for a period and up to a limit an hour, in total, or both. What was delegated cannot be passed on."),
		openapi.Faults(ErrNotHolder, ErrNoMember, ErrNobody, ErrNoEmployer),
		on(chief, "", func(w openapi.World) any {
			return map[string]any{"office": "chief_executive", "delegate_id": w.ID("kingsmere.person.director"), "ends_at": "2027-06-30T17:00:00+01:00", "limit_rate": "120.0000"}
		}))
	openapi.Post(r, "/delegations/{id}/revoke", rbac.ApprovalDecide, "Revoke a delegation", s.revokeAPI, openapi.Tag("approvals"),
		openapi.Describe("At once, as its holder."), openapi.Faults(ErrSettled, ErrNotYours), on(chief, "kingsmere.delegation", none))
}

type ruleJSON struct {
	ID                *tenants.ID  `json:"id" doc:"Null: the national default."`
	Condition         Condition    `json:"condition" enum:"within_cap,over_cap,hundred_an_hour,off_framework,restricted_group,interim_vsm"`
	Approvers         []Approver   `json:"approvers" example:"office:executive_director"`
	LimitRate         *money.Rate  `json:"limit_rate" doc:"Up to which they decide, an hour; null for no limit."`
	LimitPence        *money.Pence `json:"limit_pence" doc:"Up to which they decide, in total; null for no limit."`
	ReasonRequired    bool         `json:"reason_required"`
	StatementRequired bool         `json:"statement_required"`
	Evidence          []string     `json:"evidence" example:"tiers_tried"`
	EscalateMinutes   int          `json:"escalate_minutes" doc:"After how long others are asked as well; 0 for never."`
	EscalateTo        []Approver   `json:"escalate_to" doc:"They also answer above the limit. Empty: the same are asked again." example:"office:chief_executive"`
	OutOfHours        Office       `json:"out_of_hours" enum:",executive_on_call" doc:"Who may decide out of hours, to be ratified; empty for nobody."`
	HoursFrom         civil.Clock  `json:"hours_from" doc:"Working hours, Monday to Friday without bank holidays."`
	HoursTo           civil.Clock  `json:"hours_to"`
	FromAt            time.Time    `json:"from_at"`
	UntilAt           *time.Time   `json:"until_at" doc:"Null while no other rule has replaced it."`
	Superseded        bool         `json:"superseded" doc:"Replaced before it came into force."`
	Mark              string       `json:"mark" enum:",official,derived,indicative" doc:"How sure a national default is; empty for the employer's own."`
	Source            string       `json:"source"`
}

func ruleOut(r Rule) ruleJSON {
	out := ruleJSON{Condition: r.Condition, Approvers: r.Approvers, LimitRate: rateOrNull(r.LimitRate), ReasonRequired: r.ReasonRequired,
		StatementRequired: r.StatementRequired, Evidence: r.Evidence, EscalateMinutes: r.EscalateMinutes, EscalateTo: r.EscalateTo, OutOfHours: r.OutOfHours,
		HoursFrom: r.HoursFrom, HoursTo: r.HoursTo, FromAt: r.FromAt, Superseded: !r.SupersededAt.IsZero(), Mark: r.Mark, Source: r.Source}
	if !r.National() {
		out.ID = &r.ID
	}
	if r.LimitPence != 0 {
		out.LimitPence = &r.LimitPence
	}
	if !r.UntilAt.IsZero() {
		out.UntilAt = &r.UntilAt
	}
	return out
}

type lineJSON struct {
	Condition Condition  `json:"condition" enum:"within_cap,over_cap,hundred_an_hour,off_framework,restricted_group,interim_vsm"`
	InForce   ruleJSON   `json:"in_force"`
	National  ruleJSON   `json:"national"`
	Minimum   Office     `json:"minimum" enum:",chief_executive,executive_director,executive_on_call,service_manager" doc:"Nobody below this office may be named; empty for anybody."`
	Own       []ruleJSON `json:"own" doc:"The employer's rules, latest first."`
}

func (s *Service) matrixAPI(ctx context.Context, tx *tenants.Tx, _ struct{}) (out openapi.List[lineJSON], err error) {
	lines, err := s.Matrix(ctx, tx)
	for _, l := range lines {
		j := lineJSON{Condition: l.Rule.Condition, InForce: ruleOut(l.Rule), National: ruleOut(l.National.Rule), Minimum: l.National.Minimum, Own: []ruleJSON{}}
		for _, r := range l.Own {
			j.Own = append(j.Own, ruleOut(r))
		}
		out.Data = append(out.Data, j)
	}
	return out, err
}

type setRuleIn struct {
	Body struct {
		Condition         Condition    `json:"condition" enum:"within_cap,over_cap,hundred_an_hour,off_framework,restricted_group,interim_vsm"`
		FromOn            *civil.Date  `json:"from_on" doc:"Today, at once, if not given."`
		Approvers         []Approver   `json:"approvers" minlen:"1" maxlen:"8" example:"office:executive_director"`
		LimitRate         *money.Rate  `json:"limit_rate"`
		LimitPence        *money.Pence `json:"limit_pence"`
		ReasonRequired    bool         `json:"reason_required,omitempty"`
		StatementRequired bool         `json:"statement_required,omitempty"`
		Evidence          []string     `json:"evidence,omitempty" maxlen:"20"`
		EscalateMinutes   int          `json:"escalate_minutes,omitempty" min:"0" max:"10080"`
		EscalateTo        []Approver   `json:"escalate_to,omitempty" maxlen:"8"`
		OutOfHours        Office       `json:"out_of_hours,omitempty" enum:",executive_on_call"`
		HoursFrom         *civil.Clock `json:"hours_from" doc:"The national default's if not given."`
		HoursTo           *civil.Clock `json:"hours_to" doc:"The national default's if not given."`
		Source            string       `json:"source" minlen:"1" maxlen:"300" doc:"What it rests on."`
	}
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (s *Service) setRuleAPI(ctx context.Context, tx *tenants.Tx, in setRuleIn) (ruleJSON, error) {
	b := in.Body
	c := Change{Condition: b.Condition, FromOn: orZero(b.FromOn), Approvers: b.Approvers, LimitRate: orZero(b.LimitRate), LimitPence: orZero(b.LimitPence),
		ReasonRequired: b.ReasonRequired, StatementRequired: b.StatementRequired, Evidence: b.Evidence, EscalateMinutes: b.EscalateMinutes, EscalateTo: b.EscalateTo,
		OutOfHours: b.OutOfHours, Source: b.Source}
	if national, ok := DefaultOf(c.Condition, civil.DateOf(tx.Now)); ok {
		c.HoursFrom, c.HoursTo = national.HoursFrom, national.HoursTo
	}
	if b.HoursFrom != nil {
		c.HoursFrom = *b.HoursFrom
	}
	if b.HoursTo != nil {
		c.HoursTo = *b.HoursTo
	}
	r, err := s.SetRule(ctx, tx, c)
	return ruleOut(r), err
}

type resetIn struct {
	Condition string `path:"condition" maxlen:"40"`
}

func (s *Service) resetRuleAPI(ctx context.Context, tx *tenants.Tx, in resetIn) (ruleJSON, error) {
	if err := s.UseDefault(ctx, tx, Condition(in.Condition)); err != nil {
		return ruleJSON{}, err
	}
	national, _ := DefaultOf(Condition(in.Condition), civil.DateOf(tx.Now))
	return ruleOut(national.Rule), nil
}

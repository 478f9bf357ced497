package approvals

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// matrixRow is one condition in words.
type matrixRow struct {
	Title, Href         string
	Who, Limit, Night   string
	Asks, Later, Source string
	Own                 bool
}

type officeRow struct{ ID, Office, Person, Dates, State string }

type delegationRow struct {
	ID, Office, Holder, Delegate, Limit, Dates, State string
	Mine                                              bool
}

type matrixView struct {
	Back, At                  string
	Rows                      []matrixRow
	Offices                   []officeRow
	Delegations               []delegationRow
	Manage, Delegate, Problem bool
}

func (p *pages) matrix(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.matrixAgain(ctx, tx, at{}, nil)
}

func (p *pages) matrixAgain(ctx context.Context, tx *tenants.Tx, _ at, refused *fault.Fault) (web.View, error) {
	v := matrixView{Back: base(ctx), At: base(ctx) + "/matrix", Manage: web.May(ctx, rbac.ApprovalManage)}
	lines, err := p.Approvals.Matrix(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	for _, l := range lines {
		r, err := p.matrixRow(ctx, tx, v.At, l)
		if err != nil {
			return web.View{}, err
		}
		v.Rows = append(v.Rows, r)
	}
	if err := p.holders(ctx, tx, &v); err != nil {
		return web.View{}, err
	}
	held, err := p.Approvals.Held(ctx, tx)
	v.Delegate = len(held) > 0 && web.May(ctx, rbac.ApprovalDecide)
	return web.View{SkipTo: "matrix", Body: matrixPage(v, refused)}, err
}

func (p *pages) matrixRow(ctx context.Context, tx *tenants.Tx, at string, l approvals.Line) (matrixRow, error) {
	who, err := p.Approvals.Names(ctx, tx, l.Rule.Approvers)
	if err != nil {
		return matrixRow{}, err
	}
	others, err := p.Approvals.Names(ctx, tx, l.Rule.EscalateTo)
	r := matrixRow{Title: l.Rule.Condition.Title(), Href: at + "/rule?condition=" + string(l.Rule.Condition), Who: joined(who), Night: outOfHours(l.Rule),
		Asks: asks(l.Rule), Later: later(l.Rule, others), Source: l.Rule.Source, Own: !l.Rule.National()}
	if l.Rule.Condition == approvals.WithinCap && !r.Own {
		r.Who, r.Asks, r.Later = "Whoever accepts the proposal", "Nothing", "Never"
	}
	if !l.Rule.LimitRate.IsZero() || l.Rule.LimitPence != 0 {
		r.Limit = limit(l.Rule.LimitRate, l.Rule.LimitPence) + ", above it " + joined(others)
	}
	return r, err
}

func joined(names []string) string {
	text := ""
	for i, n := range names {
		if i > 0 {
			text += " or "
		}
		text += n
	}
	return text
}

// until is when something ends: a midnight ends the day before it.
func until(at time.Time) string {
	if civil.ClockOf(at) == 0 {
		return "the end of " + civil.DateOf(at).AddDays(-1).Text()
	}
	return civil.When(at)
}

// holders are the offices and delegations of the page.
func (p *pages) holders(ctx context.Context, tx *tenants.Tx, v *matrixView) error {
	appointed, err := p.Approvals.Appointments(ctx, tx)
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now)
	for _, a := range appointed {
		r := officeRow{ID: a.ID.String(), Office: a.Office.Title(), Person: a.PersonName, Dates: "From " + a.FromOn.Text(), State: "Closed"}
		if !a.UntilOn.IsZero() {
			r.Dates += " to " + a.UntilOn.Text()
		}
		switch {
		case a.On(tx.Now):
			r.State = "Active"
		case a.EndedAt.IsZero() && a.FromOn.After(today):
			r.State = "To come"
		}
		v.Offices = append(v.Offices, r)
	}
	delegated, err := p.Approvals.Delegations(ctx, tx)
	for _, d := range delegated {
		r := delegationRow{ID: d.ID.String(), Office: d.Office.Title(), Holder: d.HolderName, Delegate: d.DelegateName, Limit: limit(d.LimitRate, d.LimitPence),
			Dates: civil.When(d.StartsAt) + " to " + until(d.EndsAt), State: "Closed", Mine: d.HolderID == tx.Actor.Person || v.Manage && web.May(ctx, rbac.ApprovalDecide)}
		switch {
		case d.On(tx.Now):
			r.State = "Active"
		case d.RevokedAt.IsZero() && d.StartsAt.After(tx.Now):
			r.State = "To come"
		}
		v.Delegations = append(v.Delegations, r)
	}
	return err
}

type ruleAt struct {
	Condition string `query:"condition" maxlen:"40"`
}

type ruleForm struct {
	ruleAt
	FromOn            civil.Date  `form:"from_on"`
	Approvers         []string    `form:"approvers"`
	LimitRate         money.Rate  `form:"limit_rate"`
	LimitPence        money.Pence `form:"limit_pence"`
	ReasonRequired    bool        `form:"reason_required"`
	StatementRequired bool        `form:"statement_required"`
	Evidence          []string    `form:"evidence"`
	EscalateMinutes   int         `form:"escalate_minutes"`
	EscalateTo        []string    `form:"escalate_to"`
	OutOfHours        bool        `form:"out_of_hours"`
	HoursFrom         civil.Clock `form:"hours_from"`
	HoursTo           civil.Clock `form:"hours_to"`
	Source            string      `form:"source" maxlen:"300"`
}

type ruleView struct {
	Back, At, Ask, Title, National string
	Own                            bool
	EveryBooking                   bool // with a rule of one's own
	Who, Evidence                  []ui.Option
	Form                           ruleForm
}

// line is one of the matrix; without a condition it is the first.
func (p *pages) line(ctx context.Context, tx *tenants.Tx, condition string) (approvals.Line, error) {
	if condition == "" {
		condition = string(approvals.WithinCap)
	}
	lines, err := p.Approvals.Matrix(ctx, tx)
	for _, l := range lines {
		if string(l.Rule.Condition) == condition {
			return l, err
		}
	}
	if err == nil {
		err = fault.ErrNotFound
	}
	return approvals.Line{}, err
}

func (p *pages) change(ctx context.Context, tx *tenants.Tx, in ruleAt) (web.View, error) {
	l, err := p.line(ctx, tx, in.Condition)
	if err != nil {
		return web.View{}, err
	}
	r := l.Rule
	return p.changeAgain(ctx, tx, ruleForm{ruleAt: in, Approvers: texts(r.Approvers), LimitRate: r.LimitRate, LimitPence: r.LimitPence, ReasonRequired: r.ReasonRequired,
		StatementRequired: r.StatementRequired, Evidence: r.Evidence, EscalateMinutes: r.EscalateMinutes, EscalateTo: texts(r.EscalateTo), OutOfHours: r.OutOfHours != "",
		HoursFrom: r.HoursFrom, HoursTo: r.HoursTo}, nil)
}

func (p *pages) changeAgain(ctx context.Context, tx *tenants.Tx, in ruleForm, refused *fault.Fault) (web.View, error) {
	l, err := p.line(ctx, tx, in.Condition)
	if err != nil {
		return web.View{}, err
	}
	row, err := p.matrixRow(ctx, tx, "", approvals.Line{Rule: l.National.Rule, National: l.National})
	if err != nil {
		return web.View{}, err
	}
	v := ruleView{Back: base(ctx) + "/matrix", At: base(ctx) + "/matrix/rule", Ask: "?condition=" + string(l.Rule.Condition), Title: l.Rule.Condition.Title(), National: row.Who + ". Asks for: " + row.Asks + ". " + row.Later + ".",
		Own: !l.Rule.National(), EveryBooking: l.Rule.Condition == approvals.WithinCap, Form: in}
	for _, o := range approvals.Offices {
		v.Who = append(v.Who, ui.Option{Value: string(approvals.OfOffice(o)), Text: o.Title()})
	}
	for _, r := range p.Approvals.DecidingRoles(tx) {
		v.Who = append(v.Who, ui.Option{Value: string(approvals.OfRole(r.ID)), Text: "Anybody with the role " + r.Title})
	}
	people, err := p.Approvals.DecidingPeople(ctx, tx)
	for _, one := range people {
		v.Who = append(v.Who, ui.Option{Value: string(approvals.OfPerson(one.ID)), Text: one.Name})
	}
	for _, e := range approvals.EvidenceNames() {
		v.Evidence = append(v.Evidence, ui.Option{Value: e, Text: approvals.EvidenceText(e)})
	}
	return web.View{Narrow: true, Body: rulePage(v, refused)}, err
}

func texts(all []approvals.Approver) (out []string) {
	for _, a := range all {
		out = append(out, string(a))
	}
	return out
}

func named(all []string) (out []approvals.Approver) {
	for _, a := range all {
		out = append(out, approvals.Approver(a))
	}
	return out
}

func (p *pages) setRule(ctx context.Context, tx *tenants.Tx, in ruleForm) (web.Done, error) {
	c := approvals.Change{Condition: approvals.Condition(in.Condition), FromOn: in.FromOn, Approvers: named(in.Approvers), LimitRate: in.LimitRate, LimitPence: in.LimitPence,
		ReasonRequired: in.ReasonRequired, StatementRequired: in.StatementRequired, Evidence: in.Evidence, EscalateMinutes: in.EscalateMinutes, EscalateTo: named(in.EscalateTo),
		HoursFrom: in.HoursFrom, HoursTo: in.HoursTo, Source: in.Source}
	if in.OutOfHours {
		c.OutOfHours = approvals.ExecutiveOnCall
	}
	r, err := p.Approvals.SetRule(ctx, tx, c)
	return toMatrix(ctx, "The rule has been changed", "It holds from "+civil.When(r.FromAt)+". Open requests keep the rule they were asked under."), err
}

func (p *pages) reset(ctx context.Context, tx *tenants.Tx, in ruleAt) (web.Done, error) {
	err := p.Approvals.UseDefault(ctx, tx, approvals.Condition(in.Condition))
	return toMatrix(ctx, "The national default holds again", ""), err
}

func toMatrix(ctx context.Context, title, text string) web.Done {
	return web.Done{To: base(ctx) + "/matrix", Flash: &ui.Flash{Kind: "success", Title: title, Text: text}}
}

type appointForm struct {
	Office   string     `form:"office" maxlen:"40"`
	PersonID tenants.ID `form:"person_id"`
	FromOn   civil.Date `form:"from_on"`
	UntilOn  civil.Date `form:"until_on"`
}

func (p *pages) appointForm(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.appointAgain(ctx, tx, appointForm{FromOn: civil.DateOf(tx.Now)}, nil)
}

func (p *pages) appointAgain(ctx context.Context, tx *tenants.Tx, in appointForm, refused *fault.Fault) (web.View, error) {
	people, err := p.people(ctx, tx)
	return web.View{Narrow: true, Body: appointPage(base(ctx)+"/matrix", in, people, refused)}, err
}

// people are the members who may decide, for choosing one.
func (p *pages) people(ctx context.Context, tx *tenants.Tx) ([]ui.Option, error) {
	all, err := p.Approvals.DecidingPeople(ctx, tx)
	options := []ui.Option{{Text: "Choose a person"}}
	for _, one := range all {
		options = append(options, ui.Option{Value: one.ID.String(), Text: one.Name})
	}
	return options, err
}

func (p *pages) appoint(ctx context.Context, tx *tenants.Tx, in appointForm) (web.Done, error) {
	a, err := p.Approvals.Appoint(ctx, tx, approvals.Office(in.Office), in.PersonID, in.FromOn, in.UntilOn)
	return toMatrix(ctx, a.PersonName+" has been appointed", a.Office.Title()), err
}

func (p *pages) endOffice(ctx context.Context, tx *tenants.Tx, in at) (web.Done, error) {
	a, err := p.Approvals.EndAppointment(ctx, tx, in.ID)
	return toMatrix(ctx, "The appointment has ended", a.PersonName+", "+a.Office.Title()+". What they delegated has ended with it."), err
}

type delegateForm struct {
	Office     string      `form:"office" maxlen:"40"`
	DelegateID tenants.ID  `form:"delegate_id"`
	StartsOn   civil.Date  `form:"starts_on"`
	EndsOn     civil.Date  `form:"ends_at"`
	LimitRate  money.Rate  `form:"limit_rate"`
	LimitPence money.Pence `form:"limit_pence"`
}

func (p *pages) delegateForm(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.delegateAgain(ctx, tx, delegateForm{StartsOn: civil.DateOf(tx.Now)}, nil)
}

func (p *pages) delegateAgain(ctx context.Context, tx *tenants.Tx, in delegateForm, refused *fault.Fault) (web.View, error) {
	people, err := p.people(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	held, err := p.Approvals.Held(ctx, tx)
	var options []ui.Option
	for _, o := range held {
		options = append(options, ui.Option{Value: string(o), Text: o.Title()})
	}
	return web.View{Narrow: true, Body: delegatePage(base(ctx)+"/matrix", in, options, people, refused)}, err
}

func (p *pages) delegate(ctx context.Context, tx *tenants.Tx, in delegateForm) (web.Done, error) {
	h := approvals.Handover{Office: approvals.Office(in.Office), Delegate: in.DelegateID, LimitRate: in.LimitRate, LimitPence: in.LimitPence}
	if in.StartsOn.After(civil.DateOf(tx.Now)) {
		h.Starts = in.StartsOn.Midnight()
	}
	h.Ends = time.Time{}
	if !in.EndsOn.IsZero() {
		h.Ends = in.EndsOn.AddDays(1).Midnight()
	}
	d, err := p.Approvals.Delegate(ctx, tx, h)
	return toMatrix(ctx, "Delegated to "+d.DelegateName, d.Office.Title()+", "+limit(d.LimitRate, d.LimitPence)+"."), err
}

func (p *pages) revoke(ctx context.Context, tx *tenants.Tx, in at) (web.Done, error) {
	d, err := p.Approvals.Revoke(ctx, tx, in.ID, web.May(ctx, rbac.ApprovalManage))
	return toMatrix(ctx, "The delegation has ended", d.DelegateName+" no longer decides in the stead of "+d.HolderName+"."), err
}

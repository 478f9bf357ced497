package rates

// Engagement is how a person is engaged for a shift, which decides what comes
// on top of pay and who bears it.
type Engagement string

// The engagements. PAYE, direct engagement and the bank have a payroll that
// bears holiday pay and employer's costs. A limited company outside IR35 and an
// umbrella charge a rate that holds all of theirs, so nothing is added to it.
// A limited company inside IR35 is paid its fee in full, and the fee-payer's
// National Insurance and levy come on top: there is no holiday pay and no
// pension, and nothing is ever taken out of the fee. A GP session is a fee for
// a length of time, with a pension contribution of its own.
const (
	PAYE       Engagement = "paye"
	Direct     Engagement = "direct"
	PSCOutside Engagement = "psc_outside"
	PSCInside  Engagement = "psc_inside"
	Umbrella   Engagement = "umbrella"
	Bank       Engagement = "bank"
	GPSession  Engagement = "gp_session"
)

// Engagements are all of them, in the order in which pages show them.
var Engagements = []Engagement{PAYE, Direct, PSCOutside, PSCInside, Umbrella, Bank, GPSession}

// duties are what an engagement asks of whoever pays.
type duties struct {
	place                      int // a place of its own among the week's payrolls
	holiday, ni, pension, levy bool
	wages                      bool   // the pay rate is a wage, which the minimum wage binds
	capped                     bool   // the price cap binds the charge
	note                       string // what a reader of the pay lines should know
}

var duty = [...]struct {
	name Engagement
	duties
}{
	{PAYE, duties{place: 0, holiday: true, ni: true, pension: true, levy: true, wages: true, capped: true}},
	{Direct, duties{place: 1, holiday: true, ni: true, pension: true, levy: true, wages: true, capped: true,
		note: "Paid by the employer's own payroll, not by the agency."}},
	{PSCOutside, duties{place: 2, capped: true, note: "The company's fee. It bears its own tax, leave and pension."}},
	{PSCInside, duties{place: 3, ni: true, levy: true, capped: true,
		note: "The company's fee, paid in full. Employer's costs come on top of it and are never taken out of it."}},
	{Umbrella, duties{place: 4, capped: true, note: "The umbrella's rate, out of which it pays wages and employer's costs."}},
	{Bank, duties{place: 5, holiday: true, ni: true, pension: true, levy: true, wages: true,
		note: "Paid by the employer's own payroll."}},
	{GPSession, duties{place: 6}},
}

// duties of an engagement, and whether it is a known one.
func (e Engagement) duties() (*duties, bool) {
	if e == "" {
		return &duty[0].duties, true
	}
	for i := range duty {
		if duty[i].name == e {
			return &duty[i].duties, true
		}
	}
	return nil, false
}

// orPAYE names the engagement that an empty one means.
func (e Engagement) orPAYE() Engagement {
	if e == "" {
		return PAYE
	}
	return e
}

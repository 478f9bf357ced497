package approvals

import (
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Refusals.
var (
	ErrOwnRequest    = fault.New(fault.Forbidden, "own_request", "You cannot decide about your own request. Somebody else who may has been asked.")
	ErrOverLimit     = fault.New(fault.Forbidden, "over_limit", "This is above the limit up to which you may decide. It has to be answered by somebody with a higher limit.")
	ErrNotApprover   = fault.New(fault.Forbidden, "not_approver", "This waits for somebody else's answer. The request says whose.")
	ErrNobody        = fault.New(fault.Forbidden, "person_needed", "Only a person can do this. Sign in, or use a key that is bound to a person.")
	ErrNotRequester  = fault.New(fault.Forbidden, "not_requester", "Only whoever asked can withdraw a request. You can refuse it if you may decide.")
	ErrNotHolder     = fault.New(fault.Forbidden, "not_holder", "Only the holder of an office can delegate it. What was delegated to you cannot be passed on.")
	ErrNotYours      = fault.New(fault.Forbidden, "not_your_delegation", "Only the holder or an administrator can end a delegation.")
	ErrAfterwards    = fault.New(fault.Conflict, "approval_after_the_fact", "This is about work that is agreed or done already, so it cannot be withdrawn. It waits for its answer.")
	ErrDecided       = fault.New(fault.Conflict, "approval_closed", "This request is no longer open.")
	ErrAsked         = fault.New(fault.Conflict, "approval_open", "Approval has been asked for already, and is waited for.")
	ErrRuleRaced     = fault.New(fault.Conflict, "rule_changed", "Somebody else has just changed the rule of this condition. Look at the matrix again, and make your rule if it is still needed.")
	ErrSettled       = fault.New(fault.Conflict, "already_ended", "This has ended already.")
	ErrOfficeTaken   = fault.New(fault.Conflict, "office_held", "This person holds the office in those days already.")
	ErrBelowMinimum  = fault.New(fault.Invalid, "below_national_minimum", "The national rule asks for more than this. You may ask for more, never for less.")
	ErrStatement     = fault.New(fault.Invalid, "statement_missing", "Say why, in up to 1,000 characters. It is kept with the decision.")
	ErrNoMember      = fault.New(fault.Invalid, "not_a_decider", "This person cannot open approvals. Give them a role that decides, such as Approver, and try again.")
	ErrIncomplete    = fault.New(fault.Invalid, "approval_incomplete", "Something that this approval needs is missing.")
	ErrExemption     = fault.New(fault.Invalid, "exemption_ended", "The exemption ends before the day of the shift. Give one that still counts on that day.")
	ErrNotAsked      = fault.New(fault.Invalid, "evidence_not_asked", "The rules of this approval do not ask for this evidence. Leave it out.")
	ErrNoEmployer    = fault.New(fault.Forbidden, "employers_only", "Only an employer keeps approvals.")
	ErrReason        = fault.New(fault.Invalid, "reason_unknown", "Choose why the limit has to be passed.")
	ErrUnknownChoice = fault.New(fault.Invalid, "not_allowed", "Choose one of those offered.")
)

// Subject is what a request is about, in the caller's own terms.
type Subject struct {
	Kind string // proposal, booking, shift
	ID   tenants.ID
	Ref  string // as people call it
}

// Evidence is one thing that was shown: its name, its words and where to see it,
// after the organisation's own page.
type Evidence struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Href string `json:"href,omitempty"`
}

// Person is somebody by name.
type Person struct {
	ID   tenants.ID
	Name string
}

// Draft is a request as a caller makes it.
type Draft struct {
	Subject    Subject
	Title      string // what is asked, in a sentence without a full stop
	Href       string // the subject's page, after the organisation's own
	WardID     *tenants.ID
	Conditions []Condition
	Rate       money.Rate        // the highest charge an hour, before VAT
	Cap        money.Rate        // what it is held against; 0: no cap is known
	Total      money.Pence       // the whole charge
	Figures    map[string]string // exact strings: card, cap and rule versions, segments
	Requester  Person            // none: whoever acts
	About      tenants.ID        // the person whose work it is, if known; they never decide
	Reason     string            // a code
	Statement  string
	Evidence   []Evidence
	On         civil.Date // the day of the work, on which an exemption must still count; none: not asked
	Until      time.Time  // an answer is of no use from then on; zero: always of use
}

// State is where a request stands in its life.
type State string

// The states; doc.go draws the machine.
const (
	Open      State = "open"
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Lapsed    State = "lapsed"
)

// Request is what is asked, with everything the answer rests on.
type Request struct {
	bun.BaseModel `bun:"table:approval_requests,alias:request"`

	OwnerID       tenants.ID
	ID            tenants.ID
	SubjectKind   string
	SubjectID     tenants.ID
	SubjectRef    string
	Title         string
	Href          string
	WardID        *tenants.ID
	Conditions    []Condition `bun:",array"`
	Rule          Rule        `bun:"type:jsonb"`
	Rate          money.Rate
	Cap           money.Rate
	TotalPence    money.Pence
	Figures       map[string]string `bun:"type:jsonb"`
	RequesterID   *tenants.ID
	RequesterName string
	Barred        []tenants.ID `bun:",array"`
	Reason        string
	Statement     string
	Evidence      []Evidence  `bun:"type:jsonb"`
	Ratifies      *tenants.ID // the request that was decided out of hours
	State         State
	Asked         []Approver `bun:",array"`
	AskedAt       time.Time
	DueAt         *time.Time
	LapsesAt      *time.Time
	EscalatedAt   *time.Time
	ClosedAt      *time.Time
	ClosedWhy     string
	Overruled     bool `bun:",scanonly"` // approved out of hours, and then refused by the usual approvers
}

// Subject is what the request is about.
func (r Request) Subject() Subject { return Subject{r.SubjectKind, r.SubjectID, r.SubjectRef} }

// Over is by how much the rate is above the cap; nothing when it is not, or when
// no cap is known.
func (r Request) Over() money.Rate {
	if r.Cap.IsZero() || r.Rate.Cmp(r.Cap) <= 0 {
		return money.Rate{}
	}
	return r.Rate.Sub(r.Cap)
}

// Afterwards reports that an answer is always of use, because what it is about is
// agreed or done already. Whoever asked cannot take such a request back.
func (r Request) Afterwards() bool { return r.LapsesAt == nil }

// Covers reports whether an approval that was given holds for figures as they are
// now: the same conditions or fewer, at no higher a rate or total. One that was
// not ratified holds no more.
func (r Request) Covers(conditions []Condition, rate money.Rate, total money.Pence) bool {
	if r.State != Approved || r.Overruled || rate.Cmp(r.Rate) > 0 || total > r.TotalPence {
		return false
	}
	return !slices.ContainsFunc(conditions, func(c Condition) bool { return !slices.Contains(r.Conditions, c) })
}

// waitsFor are those who may decide now.
func (r Request) waitsFor(asleep bool) []Approver {
	if !asleep || r.Rule.OutOfHours == "" || slices.Contains(r.Asked, OfOffice(r.Rule.OutOfHours)) {
		return r.Asked
	}
	return append(slices.Clone(r.Asked), OfOffice(r.Rule.OutOfHours))
}

// limits reports whether the rule's limit keeps an approver from deciding: it is
// the limit of those whom the rule names first.
func (r Request) limits(a Approver) bool {
	return r.Rule.holds(a) && r.Rule.over(r.Rate, r.TotalPence)
}

// closed says what became of a request that is no longer open.
func (r Request) closed() error {
	how := map[State]string{Approved: "was approved", Refused: "was refused", Withdrawn: "was withdrawn", Lapsed: "has lapsed"}[r.State]
	if r.ClosedAt != nil {
		how += " on " + civil.When(*r.ClosedAt)
	}
	return ErrDecided.Saying("This request " + how + ".")
}

// close ends an open request; there is no way back.
func (r *Request) close(to State, why string, now time.Time) error {
	if r.State != Open {
		return r.closed()
	}
	r.State, r.ClosedAt, r.ClosedWhy = to, &now, why
	return nil
}

// escalate asks others as well, once.
func (r *Request) escalate(now time.Time) bool {
	if r.State != Open || r.EscalatedAt != nil {
		return false
	}
	r.EscalatedAt, r.Asked = &now, unique(append(slices.Clone(r.Asked), r.Rule.EscalateTo...))
	return true
}

// Decision is what was said, by whom and in which capacity.
type Decision struct {
	bun.BaseModel `bun:"table:approval_decisions,alias:decision"`

	OwnerID      tenants.ID
	ID           tenants.ID
	RequestID    tenants.ID
	WardID       *tenants.ID
	Verdict      State
	PersonID     tenants.ID
	PersonName   string
	Capacity     Approver
	DelegationID *tenants.ID
	InSteadOf    string
	Interim      bool
	Statement    string
	Snapshot     Snapshot `bun:"type:jsonb"`
	DecidedAt    time.Time
}

// Snapshot is what a decision was made on, as it was then.
type Snapshot struct {
	Conditions []Condition       `json:"conditions"`
	Rate       money.Rate        `json:"rate"`
	Cap        money.Rate        `json:"cap"`
	TotalPence money.Pence       `json:"total_pence"`
	Figures    map[string]string `json:"figures"`
	Rule       Rule              `json:"rule"`
	Evidence   []Evidence        `json:"evidence"`
}

func (r Request) snapshot() Snapshot {
	return Snapshot{r.Conditions, r.Rate, r.Cap, r.TotalPence, r.Figures, r.Rule, r.Evidence}
}

// check names everything that a draft lacks under the rules that it falls under.
func (d Draft) check(rules []Rule) error {
	var wrong []fault.Field
	refuse := func(bad bool, name, text, value string) {
		if bad {
			wrong = append(wrong, field(name, ErrIncomplete, text, value))
		}
	}
	refuse(d.Subject.Kind == "" || d.Subject.ID == (tenants.ID{}) || strings.TrimSpace(d.Title) == "", "subject", "Say what the approval is about.", d.Title)
	refuse(d.Total <= 0, "total_pence", "Give the whole charge.", d.Total.Plain())
	refuse(len([]rune(d.Statement)) > statementMax, "statement", "Shorten the statement to 1,000 characters.", "")
	for _, r := range rules {
		refuse(r.ReasonRequired && d.Reason == "", "reason", "Choose the reason.", "")
		refuse(r.StatementRequired && strings.TrimSpace(d.Statement) == "", "statement", "Say on which patient-safety grounds.", "")
		for _, e := range r.Evidence {
			refuse(!slices.ContainsFunc(d.Evidence, func(g Evidence) bool { return g.Name == e && strings.TrimSpace(g.Text) != "" }), "evidence", "Show "+EvidenceText(e)+".", e)
		}
	}
	ended, last := d.ended()
	refuse(ended && last.IsZero(), BoxOf(ExemptionExpires), "Enter the last day of the exemption, such as 2027-03-31 or 31/3/2027.", "")
	if len(wrong) > 0 {
		return ErrIncomplete.With(unique(wrong)...)
	}
	if ended {
		text := "The exemption ends on " + last.Text() + ", before the day of the shift, " + d.On.Text() + ". Give one that still counts on that day."
		return ErrExemption.Saying(text).With(field(BoxOf(ExemptionExpires), ErrExemption, text, last.String()))
	}
	return nil
}

// ended reports that an exemption was given which counts no more on the day of the
// work, and its last day; none when what was given is no day.
func (d Draft) ended() (bool, civil.Date) {
	for _, e := range d.Evidence {
		if e.Name != ExemptionExpires || d.On.IsZero() || strings.TrimSpace(e.Text) == "" {
			continue
		}
		last, err := civil.ParseDate(e.Text)
		return err != nil || last.Before(d.On), last
	}
	return false, civil.Date{}
}

const statementMax = 1000

// field is one refused input.
func field(name string, f *fault.Fault, text, value string) fault.Field {
	return fault.Field{Name: name, Code: f.Code, Text: text, Value: value}
}

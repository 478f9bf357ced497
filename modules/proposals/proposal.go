package proposals

import (
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Status is where a proposal stands in its life.
type Status string

// The states; doc.go draws the machine.
const (
	StatusSubmitted Status = "submitted"
	StatusAccepted  Status = "accepted"
	StatusDeclined  Status = "declined"
	StatusWithdrawn Status = "withdrawn"
	StatusClosed    Status = "closed"
	StatusExpired   Status = "expired"
)

// Why the employer's side closed a proposal without answering it.
const (
	whyOther     = "Another proposal was accepted."
	whyCancelled = "The shift was cancelled"
	whyExpired   = "The shift began without a booking."
)

// Proposal is one worker offered for one shift. A worker reads only the ids,
// Ref, Status, PayRate, SubmittedAt and DecidedAt of their own; the rest is
// zero for them.
type Proposal struct {
	bun.BaseModel `bun:"table:proposals,alias:proposal"`

	TenantID         tenants.ID       `bun:"tenant_id,pk"`
	AgencyID         tenants.ID       `bun:"agency_id"`
	WorkerID         tenants.ID       `bun:"worker_id"`
	ID               tenants.ID       `bun:"id,pk"`
	Ref              string           `bun:"ref"`
	ShiftID          tenants.ID       `bun:"shift_id"`
	WardID           tenants.ID       `bun:"ward_id"`
	RepresentationID tenants.ID       `bun:"representation_id"`
	AgreementID      tenants.ID       `bun:"agreement_id"`
	Tier             int              `bun:"tier"`
	WorkerName       string           `bun:"worker_name"`
	StaffGroup       string           `bun:"staff_group"`
	Grade            string           `bun:"grade"` // the worker's own, as the agency claims it
	RegisterBody     string           `bun:"register_body"`
	RegisterNumber   string           `bun:"register_number"`
	PayRate          money.Rate       `bun:"pay_rate"`
	Commission       money.Rate       `bun:"commission"`
	Bands            rates.Bands      `bun:"bands,type:jsonb"` // rates that the card fixes for whole bands
	PayMax           money.Rate       `bun:"pay_max"`          // the card's, when it was sent
	CardID           tenants.ID       `bun:"card_id"`
	Minutes          int              `bun:"minutes"` // paid
	NetPence         money.Pence      `bun:"net_pence"`
	Quote            rates.ShiftQuote `bun:"quote,type:jsonb"`
	Note             string           `bun:"note"`
	Conditions       Conditions       `bun:"conditions,array"` // why a booking needs approval, as found when it was sent
	SubmittedAt      time.Time        `bun:"submitted_at"`
	SubmittedBy      string           `bun:"submitted_by"`
	WithdrawnAt      *time.Time       `bun:"withdrawn_at"`
	Decision         *Status          `bun:"decision"`
	DecidedAt        *time.Time       `bun:"decided_at"`
	DecidedBy        string           `bun:"decided_by"`
	DecisionReason   string           `bun:"decision_reason"`
	Status           Status           `bun:"status,scanonly"`
}

// Conditions are why an approval is needed.
type Conditions = []approvals.Condition

// withdraw takes a proposal back before it was answered.
func (p *Proposal) withdraw(now time.Time) error {
	if p.Status != StatusSubmitted {
		return p.answered()
	}
	p.Status, p.WithdrawnAt = StatusWithdrawn, &now
	return nil
}

// accept settles a proposal: the caller books the worker in the same unit of work.
func (p *Proposal) accept(who tenants.Actor, now time.Time) error {
	if who.Person == p.WorkerID {
		return ErrOwnRequest
	}
	return p.decide(StatusAccepted, who, "", now)
}

// decline says no, for a reason that the agency reads.
func (p *Proposal) decline(who tenants.Actor, code, note string, now time.Time) error {
	if who.Person == p.WorkerID {
		return ErrOwnRequest
	}
	reason, err := declineReason(code, note)
	if err != nil {
		return err
	}
	return p.decide(StatusDeclined, who, reason, now)
}

func (p *Proposal) decide(to Status, who tenants.Actor, reason string, now time.Time) error {
	if p.Status != StatusSubmitted {
		return p.answered()
	}
	p.Status, p.Decision, p.DecidedAt, p.DecidedBy, p.DecisionReason = to, &to, &now, who.Name, reason
	return nil
}

// answered says what became of a proposal that is no longer waiting.
func (p *Proposal) answered() error {
	when := p.DecidedAt
	if p.WithdrawnAt != nil {
		when = p.WithdrawnAt
	}
	how := map[Status]string{
		StatusAccepted: "was accepted", StatusDeclined: "was declined", StatusWithdrawn: "was withdrawn by the agency",
		StatusClosed: "was closed", StatusExpired: "expired",
	}[p.Status]
	if when == nil || how == "" {
		return ErrAnswered
	}
	text := "This proposal " + how + " on " + civil.DateOf(*when).Text() + " at " + civil.ClockOf(*when).String() + "."
	if p.Status == StatusClosed && p.DecisionReason != "" {
		text += " " + p.DecisionReason
	}
	return ErrAnswered.Saying(text)
}

// DeclineReason is one line of the list an employer chooses from.
type DeclineReason struct {
	Code string
	Text string // what the agency reads
}

// DeclineReasons lists why a proposal may be declined, in the order of the form.
// "other" needs words of one's own.
func DeclineReasons() []DeclineReason {
	return []DeclineReason{
		{"cost", "The charge is too high."},
		{"experience", "The ward needs other experience."},
		{"known_here", "The worker has worked here before and we prefer somebody else."},
		{"found_own_staff", "The shift will be covered by our own staff."},
		{"not_needed", "The shift is no longer needed."},
		{"other", "Other."},
	}
}

// declineReason is the sentence that is stored: the list's, then one's own words.
func declineReason(code, note string) (string, error) {
	note = strings.TrimSpace(note)
	if len([]rune(note)) > noteMax {
		return "", ErrInvalidDecline.With(fault.Field{Name: "note", Code: "too_long", Text: "Use up to 200 characters.", Value: note})
	}
	for _, r := range DeclineReasons() {
		if r.Code != code {
			continue
		}
		switch {
		case code == "other" && note == "":
			return "", ErrInvalidDecline.With(fault.Field{Name: "note", Code: "reason_missing", Text: "Say why. The agency will read it."})
		case code == "other":
			return note, nil
		case note == "":
			return r.Text, nil
		}
		return r.Text + " " + note, nil
	}
	return "", ErrInvalidDecline.With(fault.Field{Name: "reason", Code: "reason_unknown", Text: "Choose a reason from the list.", Value: code})
}

const noteMax = 200

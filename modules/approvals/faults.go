package approvals

import "wardbridge/internal/fault"

// Refusals.
var (
	ErrOwnRequest    = fault.New(fault.Forbidden, "own_request", "You cannot decide about your own request. Somebody else who may has been asked.")
	ErrOverLimit     = fault.New(fault.Forbidden, "over_limit", "This is above the limit up to which you may decide. It has to be answered by somebody with a higher limit.")
	ErrNotApprover   = fault.New(fault.Forbidden, "not_approver", "This waits for somebody else's answer. The request says whose.")
	ErrNobody        = fault.New(fault.Forbidden, "person_needed", "Only a person can do this. Sign in, or use a key that is bound to a person.")
	ErrNotRequester  = fault.New(fault.Forbidden, "not_requester", "Only whoever asked can withdraw a request. You can refuse it if you may decide.")
	ErrNotHolder     = fault.New(fault.Forbidden, "not_holder", "Only the holder of an office can delegate it. What was delegated to you cannot be passed on.")
	ErrNotYours      = fault.New(fault.Forbidden, "not_your_delegation", "Only the holder or an administrator can end a delegation.")
	ErrDecided       = fault.New(fault.Conflict, "approval_closed", "This request is no longer open.")
	ErrAsked         = fault.New(fault.Conflict, "approval_open", "Approval has been asked for already, and is waited for.")
	ErrSettled       = fault.New(fault.Conflict, "already_ended", "This has ended already.")
	ErrOfficeTaken   = fault.New(fault.Conflict, "office_held", "This person holds the office in those days already.")
	ErrBelowMinimum  = fault.New(fault.Invalid, "below_national_minimum", "The national rule asks for more than this. You may ask for more, never for less.")
	ErrStatement     = fault.New(fault.Invalid, "statement_missing", "Say why, in up to 1,000 characters. It is kept with the decision.")
	ErrNoMember      = fault.New(fault.Invalid, "not_a_decider", "This person cannot open approvals. Give them a role that decides, such as Approver, and try again.")
	ErrIncomplete    = fault.New(fault.Invalid, "approval_incomplete", "Something that this approval needs is missing.")
	ErrNoEmployer    = fault.New(fault.Forbidden, "employers_only", "Only an employer keeps approvals.")
	ErrUnknownChoice = fault.New(fault.Invalid, "not_allowed", "Choose one of those offered.")
)

// field is one refused input.
func field(name string, f *fault.Fault, text, value string) fault.Field {
	return fault.Field{Name: name, Code: f.Code, Text: text, Value: value}
}

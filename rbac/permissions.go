// Package rbac answers one question: may this role do this here? Rows are
// Postgres's business; "own agency" and "own ward" are walls, never policy.
package rbac

// Permission is a right as code names it: the thing, a colon, the verb.
type Permission string

// The catalogue. A page or an operation names exactly one of these.
const (
	Public             Permission = "public:use"  // no sign-in needed
	AccountUse         Permission = "account:use" // any signed-in person, about themselves
	OrganisationRead   Permission = "organisation:read"
	OrganisationCreate Permission = "organisation:create"
	MemberRead         Permission = "member:read"
	MemberManage       Permission = "member:manage"
	KeyManage          Permission = "key:manage"
	ClockSet           Permission = "clock:set"
	AuditRead          Permission = "audit:read"
	PlaceRead          Permission = "place:read"
	PlaceManage        Permission = "place:manage"
	AgreementRead      Permission = "agreement:read"
	AgreementManage    Permission = "agreement:manage"
	CascadeManage      Permission = "cascade:manage"
	CardRead           Permission = "card:read"
	CardManage         Permission = "card:manage"
	CapManage          Permission = "cap:manage"
	ShiftRead          Permission = "shift:read"
	ShiftCreate        Permission = "shift:create"
	ShiftCancel        Permission = "shift:cancel"
	ImportRead         Permission = "import:read"
	ImportCreate       Permission = "import:create"
	ExportCreate       Permission = "export:create"
	ReleaseRead        Permission = "release:read"
	WorkerRead         Permission = "worker:read"
	WorkerManage       Permission = "worker:manage"
	ProposalRead       Permission = "proposal:read"
	ProposalCreate     Permission = "proposal:create"
	ProposalDecide     Permission = "proposal:decide"
	BookingRead        Permission = "booking:read"
	BookingCreate      Permission = "booking:create"
	TimesheetRead      Permission = "timesheet:read"
	TimesheetSubmit    Permission = "timesheet:submit"
	TimesheetApprove   Permission = "timesheet:approve"
	SelfBillRead       Permission = "self-bill:read"
	SelfBillIssue      Permission = "self-bill:issue"
	ReclaimRead        Permission = "reclaim:read"
	AdjustmentRead     Permission = "adjustment:read"
	AdjustmentManage   Permission = "adjustment:manage"
	QuoteCreate        Permission = "quote:create"
	NoticeRead         Permission = "notice:read"
	OutboxRead         Permission = "outbox:read"
	JobRead            Permission = "job:read"
	JobRetry           Permission = "job:retry"
	PackManage         Permission = "pack:manage"
	ApprovalRead       Permission = "approval:read"
	ApprovalRequest    Permission = "approval:request"
	ApprovalDecide     Permission = "approval:decide"
	ApprovalManage     Permission = "approval:manage"
)

// Entry is one line of the catalogue, for the roles page and the document.
type Entry struct {
	Permission Permission
	Text       string
}

// Catalogue lists every permission with what it lets somebody do.
func Catalogue() []Entry {
	return []Entry{
		{Public, "Use a page that needs no sign-in"},
		{AccountUse, "Manage one's own account and sign-in"},
		{OrganisationRead, "See the organisation's own details"},
		{OrganisationCreate, "Create organisations"},
		{MemberRead, "See who belongs to the organisation"},
		{MemberManage, "Invite people and change their roles"},
		{KeyManage, "Make and revoke API keys"},
		{ClockSet, "Move the clock of a demonstration or sandbox organisation"},
		{AuditRead, "Read the audit of the organisation"},
		{PlaceRead, "See sites, wards, staff groups and grades"},
		{PlaceManage, "Change sites, wards and cost centres"},
		{AgreementRead, "See agreements between trusts and agencies"},
		{AgreementManage, "Make and change agreements and tiers"},
		{CascadeManage, "Change the cascade rule"},
		{CardRead, "See rate cards"},
		{CardManage, "Change and publish rate cards"},
		{CapManage, "Set stricter price caps and local holidays, and close work to agencies"},
		{ShiftRead, "See shifts and the vacancy board"},
		{ShiftCreate, "Create shifts"},
		{ShiftCancel, "Cancel shifts"},
		{ImportRead, "See imports and their row errors"},
		{ImportCreate, "Import files"},
		{ExportCreate, "Download finance and shift files"},
		{ReleaseRead, "See the shifts released to the agency"},
		{WorkerRead, "See workers"},
		{WorkerManage, "Add and change the agency's workers"},
		{ProposalRead, "See proposals"},
		{ProposalCreate, "Propose and withdraw workers"},
		{ProposalDecide, "Accept and decline proposals"},
		{BookingRead, "See bookings"},
		{BookingCreate, "Book a worker directly"},
		{TimesheetRead, "See timesheets"},
		{TimesheetSubmit, "Record and submit the hours one worked"},
		{TimesheetApprove, "Approve and query timesheets"},
		{SelfBillRead, "See self-bill runs and invoices"},
		{SelfBillIssue, "Prepare and issue self-bill invoices"},
		{ReclaimRead, "See VAT that could be claimed back, and its evidence"},
		{AdjustmentRead, "See adjustments of settled timesheets"},
		{AdjustmentManage, "Preview, post and discard adjustments of settled timesheets"},
		{QuoteCreate, "Price a shift"},
		{NoticeRead, "Read one's notices"},
		{OutboxRead, "Read the mails that the organisation's people were sent"},
		{JobRead, "See background jobs"},
		{JobRetry, "Run a failed job again"},
		{PackManage, "Load national reference data"},
		{ApprovalRead, "See approvals and who gives them"},
		{ApprovalRequest, "Ask for approvals and withdraw one's own"},
		{ApprovalDecide, "Give and refuse the approvals that wait for oneself, and delegate one's office"},
		{ApprovalManage, "Change the approval matrix and appoint to offices"},
	}
}

package accounts

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// What accounts refuses, and the way out.
var (
	ErrSignIn         = fault.New(fault.Invalid, "sign_in_refused", "The e-mail address or the password is not right. Check both and try again.")
	ErrOldPassword    = fault.New(fault.Invalid, "old_password_wrong", "This is not your password. Enter the one that you sign in with now.")
	ErrLocked         = fault.New(fault.TooMany, "sign_in_locked", "There were too many wrong tries. Wait 15 minutes and try again.").After(15 * time.Minute)
	ErrEmail          = fault.New(fault.Invalid, "email_wrong", "Enter an e-mail address like name@example.nhs.uk.")
	ErrKnownElsewhere = fault.New(fault.Conflict, "person_known_elsewhere", "Somebody with this address belongs to another organisation already. Ask the people who run the service to add them to yours.")
	ErrRoleKind       = fault.New(fault.Invalid, "role_not_here", "This role does not exist in this kind of organisation.")
	ErrLastAdmin      = fault.New(fault.Conflict, "last_administrator", "This is the last administrator. Make somebody else one first.")
	ErrCodeTaken      = fault.New(fault.Conflict, "code_taken", "Another organisation has this code or these letters. Choose others.")
	ErrNotSandbox     = fault.New(fault.Conflict, "not_a_sandbox", "Only a demonstration or sandbox organisation can move its clock.")
	ErrScope          = fault.New(fault.Invalid, "scope_beyond_role", "A key cannot be given more than its roles allow.")
	ErrNoRole         = fault.New(fault.Invalid, "role_missing", "Choose at least one role.")
	ErrBeyond         = fault.New(fault.Forbidden, "key_beyond_maker", "A key cannot do more than whoever makes it. Leave that role out, or ask an administrator to make the key.")
	ErrKeyBound       = fault.New(fault.Invalid, "key_needs_person", "A key that may approve hours must be bound to a person. Name one, or leave that role out.")
	ErrNoMember       = fault.New(fault.Invalid, "not_a_member", "This person does not belong to the organisation.")
	ErrName           = fault.New(fault.Invalid, "name_missing", "Enter a name of 2 to 120 characters.")
	ErrCode           = fault.New(fault.Invalid, "code_wrong", "A code has 2 to 41 lower-case letters, digits and hyphens and begins with a letter, such as kingsmere.")
	ErrLetters        = fault.New(fault.Invalid, "letters_wrong", "Give two to five capital letters, such as KUH.")
	ErrODSCode        = fault.New(fault.Invalid, "ods_code_wrong", "An ODS code has three to nine capital letters and digits.")
	ErrNation         = fault.New(fault.Invalid, "nation_unknown", "The nation is england, wales, scotland or northern-ireland.")
	ErrClockFar       = fault.New(fault.Invalid, "clock_too_far", "A clock can be moved by at most ten years.")
)

// Place is somewhere a person may go: an organisation, or their own page as a worker.
type Place struct {
	Code  string
	Kind  tenants.Kind
	Name  string
	Roles []string `bun:",array"`
}

// Home is where the person's pages of this place begin.
func (p Place) Home() string {
	switch p.Kind {
	case tenants.Trust, tenants.Hub:
		return "/e/" + p.Code
	case tenants.Agency:
		return "/a/" + p.Code
	case tenants.Practice:
		return "/p/" + p.Code
	case tenants.Worker:
		return "/me"
	default:
		return "/platform"
	}
}

// Member is a person of the organisation that looks, with their roles.
type Member struct {
	PersonID   tenants.ID
	Name       string
	Email      string
	Roles      []string     `bun:",array"`
	Wards      []tenants.ID `bun:",array"`
	LastUsedAt *time.Time
}

// Organisation is a line of the directory.
type Organisation struct {
	ID        tenants.ID
	Code      string
	Letters   string
	Kind      tenants.Kind
	Name      string
	Nation    string
	ODSCode   string `bun:"ods_code"`
	Sandbox   bool
	CreatedAt time.Time
}

// OrganisationFilter narrows the directory. Its zero value is the first page of all.
type OrganisationFilter struct {
	Kind   tenants.Kind // "": every kind
	Cursor paging.Cursor
	Limit  int
}

// NewOrganisation is what an organisation is made of.
type NewOrganisation struct {
	Code    string
	Letters string
	Kind    tenants.Kind
	Name    string
	Nation  string // "" for England
	ODSCode string
	Sandbox bool
}

// NewMember is a person to be given roles.
type NewMember struct {
	Email    string
	Name     string
	Password string // "" for one who will set it by a link
	Roles    []string
	Wards    []tenants.ID
}

var (
	emailShape   = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	codeShape    = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)
	lettersShape = regexp.MustCompile(`^[A-Z]{2,5}$`)
	odsShape     = regexp.MustCompile(`^[A-Z0-9]{3,9}$`)
)

var nations = []string{"england", "wales", "scotland", "northern-ireland"}

// check names everything that is wrong with a new organisation at once.
func (n NewOrganisation) check() error {
	var wrong []fault.Field
	refuse := func(bad bool, name, value string, why *fault.Fault) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Code: why.Code, Text: why.Text, Value: value})
		}
	}
	refuse(!codeShape.MatchString(n.Code), "code", n.Code, ErrCode)
	refuse(!lettersShape.MatchString(n.Letters), "letters", n.Letters, ErrLetters)
	refuse(!named(n.Name), "name", n.Name, ErrName)
	refuse(n.ODSCode != "" && !odsShape.MatchString(n.ODSCode), "ods_code", n.ODSCode, ErrODSCode)
	refuse(!slices.Contains(nations, n.Nation), "nation", n.Nation, ErrNation)
	if len(wrong) > 0 {
		return fault.ErrInvalid.With(wrong...)
	}
	return nil
}

func named(name string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(name))
	return n >= 2 && n <= 120
}

func email(raw string) (string, error) {
	e := strings.ToLower(strings.TrimSpace(raw))
	if !emailShape.MatchString(e) || len(e) > 254 {
		return "", refused(ErrEmail, "email", raw)
	}
	return e, nil
}

// refused is a refusal that names the box it is about.
func refused(f *fault.Fault, name, value string) error {
	return f.With(fault.Field{Name: name, Code: f.Code, Text: f.Text, Value: value})
}

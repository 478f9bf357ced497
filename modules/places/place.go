package places

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// Refusals.
var (
	ErrCodeTaken   = fault.New(fault.Conflict, "place_code_taken", "There is one with this code already. Choose another code.")
	ErrUnknownSite = fault.New(fault.Invalid, "site_unknown", "There is no such site. Choose one of your sites.")
	ErrNotEmployer = fault.New(fault.Forbidden, "employers_only", "Only a trust, hub or practice keeps sites and wards of its own.")
	ErrAliasKind   = fault.New(fault.Invalid, "alias_kind_unknown", "This is not something that files name. Choose site, ward, grade, staff_group, reason or heading.")
)

// Site is a hospital or another address of an employer.
type Site struct {
	bun.BaseModel `bun:"table:sites,alias:s" json:"-"`

	TenantID  tenants.ID
	ID        tenants.ID
	Code      string
	Name      string
	Address   string
	Published bool   // seen by agencies and workers
	Zone      string // high cost area, one of packs.Zones; whose price caps count
}

// ETag names this state of the site.
func (s Site) ETag() string { return tag(s.ID, s.Code, s.Name, s.Address, s.Published, s.Zone) }

// Ward is a place of work on a site: a ward, a theatre, a clinic.
type Ward struct {
	bun.BaseModel `bun:"table:wards,alias:w" json:"-"`

	TenantID   tenants.ID
	ID         tenants.ID
	SiteID     tenants.ID
	Code       string
	Name       string
	CostCentre string // empty to everyone but the employer
	Published  bool   // seen by agencies and workers
	SiteCode   string `bun:",scanonly"`
	SiteName   string `bun:",scanonly"`
}

// ETag names this state of the ward.
func (w Ward) ETag() string { return tag(w.ID, w.SiteID, w.Code, w.Name, w.CostCentre, w.Published) }

func tag(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", fmt.Sprintln(parts...)))
	return hex.EncodeToString(sum[:8])
}

// Kind is what an alias stands for.
type Kind string

// The kinds of alias.
const (
	ForSite       Kind = "site"
	ForWard       Kind = "ward"
	ForGrade      Kind = "grade"
	ForStaffGroup Kind = "staff_group"
	ForReason     Kind = "reason"
	ForHeading    Kind = "heading"
)

// Alias is what an organisation's files call one of our codes.
type Alias struct {
	bun.BaseModel `bun:"table:aliases,alias:a" json:"-"`

	OwnerID tenants.ID
	ID      tenants.ID
	Kind    Kind
	Text    string // folded
	Target  string // our code
}

// Fold is how texts of files are compared: in lower case, with single spaces.
func Fold(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// checkSite refuses what no site can be called, and a zone that there is not. A
// site of which none is said lies outside London.
func checkSite(s *Site) error {
	if s.Zone == "" {
		s.Zone = packs.OutsideLondon
	}
	s.Code, s.Name, s.Address = strings.TrimSpace(s.Code), strings.TrimSpace(s.Name), strings.TrimSpace(s.Address)
	fields := append(named(s.Code, s.Name), longer(s.Address, 300, "address")...)
	if !slices.Contains(packs.Zones(), s.Zone) {
		fields = append(fields, fault.Field{Name: "zone", Code: "unknown", Text: "Choose outside_london, fringe, outer_london or inner_london.", Value: s.Zone})
	}
	return refuse(fields)
}

// checkWard refuses what no ward can be called.
func checkWard(w *Ward) error {
	w.Code, w.Name, w.CostCentre = strings.TrimSpace(w.Code), strings.TrimSpace(w.Name), strings.TrimSpace(w.CostCentre)
	return refuse(append(named(w.Code, w.Name), longer(w.CostCentre, 20, "cost_centre")...))
}

func named(code, name string) (fields []fault.Field) {
	if code == "" {
		fields = append(fields, fault.Field{Name: "code", Code: "required", Text: "Give a code, such as the one your roster uses."})
	}
	if name == "" {
		fields = append(fields, fault.Field{Name: "name", Code: "required", Text: "Give a name."})
	}
	return append(append(fields, longer(code, 20, "code")...), longer(name, 120, "name")...)
}

func longer(text string, most int, field string) []fault.Field {
	if len([]rune(text)) <= most {
		return nil
	}
	return []fault.Field{{Name: field, Code: "too_long", Text: fmt.Sprintf("This has at most %d characters. Shorten it.", most), Value: string([]rune(text)[:most])}}
}

func refuse(fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	return fault.ErrInvalid.With(fields...)
}

package agencies

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	admin := func(body func(openapi.World) any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.agreement.meridian")}, Body: body(w)}
		})
	}
	none := func(openapi.World) any { return nil }
	openapi.Get(r, "/agencies", rbac.AgreementRead, "List agencies", s.listAgencies, openapi.Tag("agreements"),
		openapi.Describe("Every agency of the platform, for choosing whom to agree with."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "admin@kingsmere.example"} }))
	openapi.Get(r, "/agreements", rbac.AgreementRead, "List agreements", s.listAgreements,
		openapi.Describe("An employer sees its agencies, an agency its employers."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "agency@meridian.example"} }))
	openapi.Get(r, "/agreements/{id}", rbac.AgreementRead, "Get an agreement", s.getAgreement,
		openapi.Describe("With the agency's tier by staff group and every election on VAT."), admin(none))
	openapi.Post(r, "/agreements", rbac.AgreementManage, "Make an agreement", s.createAgreement, openapi.Status(201),
		openapi.Faults(ErrUnknownAgency, ErrOverlap, ErrDates, ErrVATNumber, ErrFramework),
		openapi.Describe("One at a time is in force between an employer and an agency. A self-billing agreement without an end runs for twelve months."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@brightwater.example", Body: map[string]any{"agency_id": w.ID("meridian"), "starts_on": "2027-01-01",
				"self_bill_from": "2027-01-01", "vat_number": "GB337440071"}}
		}))
	openapi.Put(r, "/agreements/{id}", rbac.AgreementManage, "Change an agreement", s.changeAgreement,
		openapi.Faults(ErrEnded, ErrOverlap, ErrDates, ErrVATNumber, ErrVATNumberChanged, ErrFramework),
		openapi.Describe("Replaces all terms; what is left out takes its usual value. A changed VAT number needs the first day of a new self-billing agreement."),
		admin(func(openapi.World) any {
			return map[string]any{"self_bill_from": "2026-01-01", "self_bill_until": "2027-12-31", "framework": "TWS3", "vat_number": "GB337440071", "supplier_address": "1 Example Street, Exampleton EX1 1EX"}
		}))
	openapi.Post(r, "/agreements/{id}/tiers", rbac.AgreementManage, "Set an agency's tiers", s.setTheTiers, openapi.Faults(ErrEnded),
		openapi.Describe("Tier 0 takes the agency out. Staff groups that are not named keep their tier."),
		admin(func(openapi.World) any { return map[string]any{"tiers": map[string]int{"nursing": 1, "ahp": 2}} }))
	openapi.Post(r, "/agreements/{id}/vat-elections", rbac.AgreementManage, "Elect VAT for an agreement", s.elect, openapi.Status(201),
		openapi.Faults(ErrEnded, ErrElectionTaken),
		openapi.Describe("From this day, supplies of this staff group are of this category. It stands until a later election and cannot be changed."),
		admin(func(openapi.World) any {
			return map[string]any{"staff_group": "ahp", "category": "S", "from_on": "2027-01-01", "source": "VAT Act 1994: supply of staff"}
		}))
	openapi.Post(r, "/agreements/{id}/end", rbac.AgreementManage, "End an agreement", s.endAgreement, openapi.Faults(ErrEnded),
		openapi.Describe("At once, for new business. What was booked under it stays, on its terms."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@clockwork.example", Path: map[string]string{"id": w.ID("clockwork.agreement.northbank")}}
		}))
}

type agencyJSON struct {
	ID      tenants.ID `json:"id"`
	Code    string     `json:"code" example:"meridian"`
	Letters string     `json:"letters" example:"MER"`
	Name    string     `json:"name" example:"Meridian Medical"`
}

type agreementJSON struct {
	ID              tenants.ID  `json:"id"`
	EmployerID      tenants.ID  `json:"employer_id"`
	Employer        string      `json:"employer" example:"Kingsmere University Hospitals"`
	AgencyID        tenants.ID  `json:"agency_id"`
	Agency          string      `json:"agency" example:"Meridian Medical"`
	InForce         bool        `json:"in_force" doc:"New business may be done under it today."`
	StartsOn        civil.Date  `json:"starts_on"`
	EndsOn          *civil.Date `json:"ends_on" doc:"The last day; null until it is ended."`
	Segmentation    string      `json:"segmentation" enum:"clock,afc_whole_shift"`
	BreakRule       string      `json:"break_rule" enum:"actual_or_pro_rata,from_highest,from_lowest"`
	OnCosts         string      `json:"on_costs" enum:"flat,weekly"`
	Framework       string      `json:"framework" example:"RM6281" doc:"The approved framework it is supplied through; empty: off framework."`
	FrameworkLot    string      `json:"framework_lot" example:"1"`
	SelfBillFrom    *civil.Date `json:"self_bill_from"`
	SelfBillUntil   *civil.Date `json:"self_bill_until"`
	SelfBills       bool        `json:"self_bills" doc:"The employer may issue the agency's invoices today."`
	SelfBillsNot    string      `json:"self_bills_not" doc:"Why not, if so."`
	SupplierName    string      `json:"supplier_name"`
	SupplierAddress string      `json:"supplier_address"`
	VATNumber       string      `json:"vat_number" example:"GB337440071"`
	EndedAt         *time.Time  `json:"ended_at"`
	etag            string
}

// ETag names the version, for If-Match.
func (a agreementJSON) ETag() string { return a.etag }

type electionJSON struct {
	ID         tenants.ID `json:"id"`
	StaffGroup string     `json:"staff_group" doc:"Empty: every group without an election of its own."`
	Category   string     `json:"category" enum:"S,E,O"`
	FromOn     civil.Date `json:"from_on"`
	Reason     string     `json:"reason"`
	Source     string     `json:"source"`
}

type agreementWithTiersJSON struct {
	agreementJSON
	Tiers        map[string]int `json:"tiers" doc:"The agency's tier by staff group."`
	VATElections []electionJSON `json:"vat_elections" doc:"Latest first."`
}

func agreementOut(a Agreement, now time.Time, names map[tenants.ID]string) agreementJSON {
	today := civil.DateOf(now)
	out := agreementJSON{
		ID: a.ID, EmployerID: a.TenantID, Employer: names[a.TenantID], AgencyID: a.AgencyID, Agency: names[a.AgencyID], InForce: a.On(today),
		StartsOn: a.StartsOn, EndsOn: orNull(a.EndsOn), Segmentation: a.Segmentation, BreakRule: a.BreakRule, OnCosts: a.OnCosts,
		Framework: a.Framework, FrameworkLot: a.FrameworkLot,
		SelfBillFrom: orNull(a.SelfBillFrom), SelfBillUntil: orNull(a.SelfBillUntil), SelfBills: true,
		SupplierName: a.SupplierName, SupplierAddress: a.SupplierAddress, VATNumber: a.VATNumber, etag: a.ETag(),
	}
	if err := a.SelfBills(today); err != nil {
		out.SelfBills, out.SelfBillsNot = false, fault.Of(err).Text
	}
	if !a.EndedAt.IsZero() {
		out.EndedAt = &a.EndedAt
	}
	return out
}

func (s *Service) named(ctx context.Context, tx *tenants.Tx, all ...Agreement) (map[tenants.ID]string, error) {
	ids := []tenants.ID{tx.Me.ID}
	for _, a := range all {
		ids = append(ids, a.TenantID, a.AgencyID)
	}
	found, err := s.Directory(ctx, tx, ids...)
	names := make(map[tenants.ID]string, len(found))
	for id, o := range found {
		names[id] = o.Name
	}
	return names, err
}

func (s *Service) listAgencies(ctx context.Context, tx *tenants.Tx, _ struct{}) (list openapi.List[agencyJSON], err error) {
	all, err := s.Agencies(ctx, tx)
	for _, o := range all {
		list.Data = append(list.Data, agencyJSON{o.ID, o.Code, o.Letters, o.Name})
	}
	return list, err
}

func (s *Service) listAgreements(ctx context.Context, tx *tenants.Tx, _ struct{}) (list openapi.List[agreementJSON], err error) {
	all, err := s.Agreements(ctx, tx)
	if err != nil {
		return list, err
	}
	names, err := s.named(ctx, tx, all...)
	for _, a := range all {
		list.Data = append(list.Data, agreementOut(a, tx.Now, names))
	}
	return list, err
}

type agreementIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) getAgreement(ctx context.Context, tx *tenants.Tx, in agreementIn) (agreementWithTiersJSON, error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return agreementWithTiersJSON{}, err
	}
	return s.whole(ctx, tx, a)
}

// whole is an agreement with everything that hangs on it.
func (s *Service) whole(ctx context.Context, tx *tenants.Tx, a Agreement) (out agreementWithTiersJSON, err error) {
	names, err := s.named(ctx, tx, a)
	if err != nil {
		return out, err
	}
	out.agreementJSON = agreementOut(a, tx.Now, names)
	if out.Tiers, err = s.TiersOf(ctx, tx, a.ID); err != nil {
		return out, err
	}
	all, err := s.Elections(ctx, tx, a.ID)
	for _, e := range all {
		out.VATElections = append(out.VATElections, electionOut(e))
	}
	return out, err
}

func electionOut(e Election) electionJSON {
	return electionJSON{e.ID, e.StaffGroup, e.Category, e.FromOn, e.Reason, e.Source}
}

type termsInput struct {
	EndsOn          *civil.Date `json:"ends_on" doc:"The last day."`
	Segmentation    string      `json:"segmentation,omitempty" enum:"clock,afc_whole_shift" default:"clock"`
	BreakRule       string      `json:"break_rule,omitempty" enum:"actual_or_pro_rata,from_highest,from_lowest" default:"actual_or_pro_rata"`
	OnCosts         string      `json:"on_costs,omitempty" enum:"flat,weekly" default:"flat"`
	Framework       string      `json:"framework,omitempty" maxlen:"40" example:"RM6281" doc:"Its code; left out, every shift is off framework and needs the chief executive."`
	FrameworkLot    string      `json:"framework_lot,omitempty" maxlen:"40" example:"1"`
	SelfBillFrom    *civil.Date `json:"self_bill_from" doc:"The first day of the signed self-billing agreement."`
	SelfBillUntil   *civil.Date `json:"self_bill_until" doc:"Its last day; twelve months if not given."`
	SupplierName    string      `json:"supplier_name,omitempty" maxlen:"200"`
	SupplierAddress string      `json:"supplier_address,omitempty" maxlen:"500"`
	VATNumber       string      `json:"vat_number,omitempty" maxlen:"20" example:"GB337440071"`
}

func (t termsInput) terms() Terms {
	return Terms{EndsOn: orNone(t.EndsOn), Segmentation: t.Segmentation, BreakRule: t.BreakRule, OnCosts: t.OnCosts, Framework: t.Framework, FrameworkLot: t.FrameworkLot, SelfBillFrom: orNone(t.SelfBillFrom),
		SelfBillUntil: orNone(t.SelfBillUntil), SupplierName: t.SupplierName, SupplierAddress: t.SupplierAddress, VATNumber: t.VATNumber}
}

type createAgreementIn struct {
	Body struct {
		AgencyID tenants.ID  `json:"agency_id"`
		StartsOn *civil.Date `json:"starts_on" doc:"Today if not given."`
		termsInput
	}
}

func (s *Service) createAgreement(ctx context.Context, tx *tenants.Tx, in createAgreementIn) (agreementWithTiersJSON, error) {
	a, err := s.Agree(ctx, tx, in.Body.AgencyID, orNone(in.Body.StartsOn), in.Body.terms())
	if err != nil {
		return agreementWithTiersJSON{}, err
	}
	return s.whole(ctx, tx, a)
}

type changeAgreementIn struct {
	ID      tenants.ID `path:"id"`
	IfMatch string     `header:"If-Match"`
	Body    termsInput
}

func (s *Service) changeAgreement(ctx context.Context, tx *tenants.Tx, in changeAgreementIn) (agreementWithTiersJSON, error) {
	seen, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return agreementWithTiersJSON{}, err
	}
	if err := openapi.Unchanged(in.IfMatch, seen.ETag()); err != nil {
		return agreementWithTiersJSON{}, err
	}
	a, err := s.Update(ctx, tx, in.ID, seen.Version, in.Body.terms())
	if err != nil {
		return agreementWithTiersJSON{}, err
	}
	return s.whole(ctx, tx, a)
}

type tiersIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Tiers map[string]int `json:"tiers" doc:"1 to 9 by staff group, 0 for none."`
	}
}

func (s *Service) setTheTiers(ctx context.Context, tx *tenants.Tx, in tiersIn) (agreementWithTiersJSON, error) {
	if err := s.SetTiers(ctx, tx, in.ID, in.Body.Tiers); err != nil {
		return agreementWithTiersJSON{}, err
	}
	return s.getAgreement(ctx, tx, agreementIn{in.ID})
}

type electIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		StaffGroup string      `json:"staff_group,omitempty" maxlen:"40" doc:"Empty: every group without an election of its own."`
		Category   string      `json:"category" enum:"S,E,O" doc:"Standard rated, exempt, outside the scope."`
		FromOn     *civil.Date `json:"from_on" doc:"The agreement's first day if not given."`
		Reason     string      `json:"reason,omitempty" maxlen:"300" doc:"Stands on the invoice; needed for E and O."`
		Source     string      `json:"source" minlen:"1" maxlen:"300" doc:"The law, notice or letter that it rests on."`
	}
}

func (s *Service) elect(ctx context.Context, tx *tenants.Tx, in electIn) (electionJSON, error) {
	e, err := s.Elect(ctx, tx, Election{AgreementID: in.ID, StaffGroup: in.Body.StaffGroup, Category: in.Body.Category,
		FromOn: orNone(in.Body.FromOn), Reason: in.Body.Reason, Source: in.Body.Source})
	return electionOut(e), err
}

func (s *Service) endAgreement(ctx context.Context, tx *tenants.Tx, in agreementIn) (agreementWithTiersJSON, error) {
	a, err := s.End(ctx, tx, in.ID)
	if err != nil {
		return agreementWithTiersJSON{}, err
	}
	return s.whole(ctx, tx, a)
}

func orNull(d civil.Date) *civil.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

func orNone(d *civil.Date) civil.Date {
	if d == nil {
		return civil.Date{}
	}
	return *d
}

package agencies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/accounts"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Service keeps agreements, tiers and VAT elections.
type Service struct {
	packs     *packs.Service
	directory *accounts.Service
}

// New makes the service. It reads the directory of organisations through
// accounts, for which no gate is needed.
func New(p *packs.Service) *Service { return &Service{packs: p, directory: accounts.New(nil)} }

// Agree makes an agreement between the employer who acts and an agency, from a
// day on. The terms that are not given take their usual values.
func (s *Service) Agree(ctx context.Context, tx *tenants.Tx, agencyID tenants.ID, startsOn civil.Date, terms Terms) (Agreement, error) {
	if !employer(tx) {
		return Agreement{}, ErrNotYours
	}
	named, err := s.directory.Named(ctx, tx, agencyID)
	if err != nil {
		return Agreement{}, err
	}
	agency, ok := named[agencyID]
	if !ok || agency.Kind != tenants.Agency {
		return Agreement{}, ErrUnknownAgency.With(fault.Field{Name: "agency_id", Code: ErrUnknownAgency.Code, Text: ErrUnknownAgency.Text, Value: agencyID.String()})
	}
	a := Agreement{TenantID: tx.Me.ID, AgencyID: agencyID, ID: tenants.NewID(), StartsOn: startsOn, SupplierName: agency.Name, CreatedAt: tx.Now, Version: 1}
	if a.StartsOn.IsZero() {
		a.StartsOn = civil.DateOf(tx.Now)
	}
	if err := a.take(terms); err != nil {
		return Agreement{}, err
	}
	if err := s.framework(ctx, tx, a); err != nil {
		return Agreement{}, err
	}
	return a, overlapping(insert(ctx, tx, &a))
}

// Update replaces the terms of an agreement. version is the one that the caller
// read; 0 changes whatever is there.
func (s *Service) Update(ctx context.Context, tx *tenants.Tx, id tenants.ID, version int64, terms Terms) (Agreement, error) {
	a, err := s.lock(ctx, tx, id, version)
	if err != nil {
		return Agreement{}, err
	}
	was := a
	if err := a.take(terms); err != nil {
		return Agreement{}, err
	}
	if was.Framework != a.Framework || was.FrameworkLot != a.FrameworkLot {
		if err := s.framework(ctx, tx, a); err != nil {
			return Agreement{}, err
		}
	}
	a.Version++
	return a, overlapping(save(ctx, tx, &a))
}

// framework refuses a framework or a lot that does not stand today, or on the
// first day of an agreement that is to come.
func (s *Service) framework(ctx context.Context, tx *tenants.Tx, a Agreement) error {
	if a.Framework == "" && a.FrameworkLot == "" {
		return nil
	}
	day := civil.DateOf(tx.Now)
	if a.StartsOn.After(day) {
		day = a.StartsOn
	}
	_, err := s.packs.Framework(ctx, tx, a.Framework, a.FrameworkLot, day)
	if fault.Is(err, fault.NotFound) || errors.Is(err, packs.ErrNoFramework) {
		text := fault.Of(err).Text
		return ErrFramework.Saying(text).With(fault.Field{Name: "framework", Code: ErrFramework.Code, Text: text, Value: strings.TrimSpace(a.Framework + " " + a.FrameworkLot)})
	}
	return err
}

// OnFramework reports whether supply under an agreement on a day is on an approved
// framework.
func (s *Service) OnFramework(ctx context.Context, tx *tenants.Tx, a Agreement, day civil.Date) (bool, error) {
	if a.Framework == "" {
		return false, nil
	}
	_, err := s.packs.Framework(ctx, tx, a.Framework, a.FrameworkLot, day)
	if errors.Is(err, packs.ErrNoFramework) {
		return false, nil
	}
	return err == nil, err
}

// End closes an agreement for new business at once and tells the agency. What
// was booked under it stays, on its terms.
func (s *Service) End(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Agreement, error) {
	a, err := s.lock(ctx, tx, id, 0)
	if err != nil {
		return Agreement{}, err
	}
	if err := a.end(tx.Now); err != nil {
		return Agreement{}, err
	}
	if err := save(ctx, tx, &a); err != nil {
		return Agreement{}, err
	}
	return a, tx.Emit(Ended{Tenant: a.TenantID, Agency: a.AgencyID, Agreement: a.ID})
}

// lock reads an agreement of the employer for changing.
func (s *Service) lock(ctx context.Context, tx *tenants.Tx, id tenants.ID, version int64) (Agreement, error) {
	if !employer(tx) {
		return Agreement{}, ErrNotYours
	}
	a, err := lock(ctx, tx, id)
	switch {
	case err != nil:
		return Agreement{}, err
	case version != 0 && version != a.Version:
		return Agreement{}, openapi.ErrChanged
	case !a.EndedAt.IsZero():
		return Agreement{}, ErrEnded
	}
	return a, nil
}

// employer reports whether agreements are the caller's to make. A practice has
// none of its own: its hub makes them.
func employer(tx *tenants.Tx) bool { return tx.Me.Kind == tenants.Trust || tx.Me.Kind == tenants.Hub }

func overlapping(err error) error {
	if tenants.Violates(err, "agreements_once") {
		return ErrOverlap.Because(err)
	}
	return err
}

// Get finds an agreement that the caller is a party of, whether it has ended or not.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Agreement, error) {
	return get(ctx, tx, id)
}

// For finds the agreement under which new business may be done on a day, or
// ErrNoAgreement.
func (s *Service) For(ctx context.Context, tx *tenants.Tx, tenantID, agencyID tenants.ID, day civil.Date) (Agreement, error) {
	all, err := between(ctx, tx, tenantID, agencyID)
	if err != nil {
		return Agreement{}, err
	}
	for _, a := range all {
		if a.On(day) {
			return a, nil
		}
	}
	return Agreement{}, ErrNoAgreement.Saying("There is no agreement between this employer and this agency on " + day.Text() + ".")
}

// Agreements lists the agreements that the caller is a party of: an employer's
// with its agencies, an agency's with its employers. Those in force come first.
func (s *Service) Agreements(ctx context.Context, tx *tenants.Tx) ([]Agreement, error) {
	return list(ctx, tx)
}

// Directory is what organisations are called, by id.
func (s *Service) Directory(ctx context.Context, tx *tenants.Tx, ids ...tenants.ID) (map[tenants.ID]accounts.Organisation, error) {
	return s.directory.Named(ctx, tx, ids...)
}

// Agencies lists every agency of the platform by name, for choosing one.
func (s *Service) Agencies(ctx context.Context, tx *tenants.Tx) ([]accounts.Organisation, error) {
	return s.directory.Directory(ctx, tx, tenants.Agency)
}

// SetTier places the agency of an agreement in a tier of a staff group, 1 to 9.
// Tier 0 takes it out: it is released to no more for that group.
func (s *Service) SetTier(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID, staffGroup string, tier int) error {
	return s.SetTiers(ctx, tx, agreementID, map[string]int{staffGroup: tier})
}

// SetTiers is SetTier for several staff groups at once. Groups that are not
// named keep their tier.
func (s *Service) SetTiers(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID, tiers map[string]int) error {
	a, err := s.lock(ctx, tx, agreementID, 0)
	if err != nil {
		return err
	}
	groups, err := s.packs.StaffGroupsByCode(ctx, tx)
	if err != nil {
		return err
	}
	for _, group := range sortedKeys(tiers) {
		tier := tiers[group]
		if _, known := groups[group]; !known {
			return unknownGroup(group)
		}
		if tier < 0 || tier > 9 {
			return fault.ErrInvalid.With(fault.Field{Name: "tier", Code: "out_of_range", Text: "Choose a tier from 1 to 9, or 0 for none.", Value: fmt.Sprint(tier)})
		}
		if err := setTier(ctx, tx, a, group, tier); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func unknownGroup(code string) error {
	return fault.ErrInvalid.With(fault.Field{Name: "staff_group", Code: "unknown", Text: "There is no such staff group. Choose one from the list.", Value: code})
}

// Tiers lists the agencies that may be released to for a staff group on a day,
// tier by tier: those with an agreement in force and a place. An empty staff
// group lists all groups; the zero day lists every agreement that has not ended,
// for planning many shifts with Placed.On.
func (s *Service) Tiers(ctx context.Context, tx *tenants.Tx, staffGroup string, day civil.Date) ([]Placed, error) {
	all, err := placed(ctx, tx, staffGroup)
	if err != nil || day.IsZero() {
		return all, err
	}
	return slices.DeleteFunc(all, func(p Placed) bool { return !p.On(day) }), nil
}

// TiersOf is the agency's place by staff group under one agreement.
func (s *Service) TiersOf(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID) (map[string]int, error) {
	return tiersOf(ctx, tx, agreementID)
}

// Elect adds a decision on VAT to an agreement. It stands until a later one, and
// cannot be changed or taken back.
func (s *Service) Elect(ctx context.Context, tx *tenants.Tx, e Election) (Election, error) {
	a, err := s.lock(ctx, tx, e.AgreementID, 0)
	if err != nil {
		return Election{}, err
	}
	e.TenantID, e.AgencyID, e.ID = a.TenantID, a.AgencyID, tenants.NewID()
	e.Reason, e.Source = strings.TrimSpace(e.Reason), strings.TrimSpace(e.Source)
	if e.FromOn.IsZero() {
		e.FromOn = a.StartsOn
	}
	var fields []fault.Field
	if !contains("S E O", e.Category) {
		fields = append(fields, fault.Field{Name: "category", Code: "not_allowed", Text: "Choose S for standard rated, E for exempt or O for outside the scope.", Value: e.Category})
	}
	if e.Category != "S" && e.Reason == "" {
		fields = append(fields, fault.Field{Name: "reason", Code: "required", Text: "Give the reason that stands on the invoice."})
	}
	if e.Source == "" {
		fields = append(fields, fault.Field{Name: "source", Code: "required", Text: "Give the law, notice or letter that this rests on."})
	}
	if len(fields) > 0 {
		return Election{}, fault.ErrInvalid.With(fields...)
	}
	if e.StaffGroup != "" {
		groups, err := s.packs.StaffGroupsByCode(ctx, tx)
		if err != nil {
			return Election{}, err
		}
		if _, known := groups[e.StaffGroup]; !known {
			return Election{}, unknownGroup(e.StaffGroup)
		}
	}
	err = insertElection(ctx, tx, &e)
	if tenants.Violates(err, "vat_elections_once") {
		return Election{}, ErrElectionTaken.Because(err)
	}
	return e, err
}

// Elections lists the decisions on VAT of an agreement, latest first.
func (s *Service) Elections(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID) ([]Election, error) {
	return elections(ctx, tx, agreementID)
}

// VAT is what is settled for supplies of a staff group on a day: the agreement's
// latest election for the group, else its latest for all others, else standard
// rated. The rate of S is the one in force in law on that day.
func (s *Service) VAT(ctx context.Context, tx *tenants.Tx, a Agreement, staffGroup string, day civil.Date) (VAT, error) {
	standard, err := s.standard(ctx, tx, day)
	if err != nil {
		return VAT{}, err
	}
	all, err := elections(ctx, tx, a.ID)
	if err != nil {
		return VAT{}, err
	}
	return Decide(all, standard, staffGroup, day), nil
}

// Decide is VAT for whoever has read the elections of an agreement, latest
// first, and the standard rate of the day.
func Decide(all []Election, standard VAT, staffGroup string, day civil.Date) VAT {
	e, found := elected(all, staffGroup, day)
	if !found {
		return standard
	}
	v := VAT{Category: e.Category, Reason: e.Reason, Source: e.Source, From: e.FromOn, ID: e.ID, Elected: true, Standard: standard.Rate, StandardSource: standard.Source}
	if e.Category == "S" {
		v.Rate = standard.Rate
	}
	return v
}

// elected finds the election that decides, among all of an agreement's, latest first.
func elected(all []Election, staffGroup string, day civil.Date) (Election, bool) {
	for _, group := range []string{staffGroup, ""} {
		for _, e := range all {
			if e.StaffGroup == group && !e.FromOn.After(day) {
				return e, true
			}
		}
	}
	return Election{}, false
}

func (s *Service) standard(ctx context.Context, tx *tenants.Tx, day civil.Date) (VAT, error) {
	p, err := s.packs.Parameter(ctx, tx, packs.VATStandardRate, day)
	if err != nil {
		return VAT{}, err
	}
	return StandardRated(p)
}

// StandardRated is what applies where nothing was elected, by the figure of law.
func StandardRated(p packs.Parameter) (VAT, error) {
	rate, err := p.Factor()
	return VAT{Category: "S", Rate: rate, Source: p.Source, From: p.From, ID: p.ID, Standard: rate, StandardSource: p.Source}, err
}

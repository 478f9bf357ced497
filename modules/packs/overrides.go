package packs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Override is an employer's own cap on some days, lower than the national one.
// Its agencies see it, because they propose under it.
type Override struct {
	bun.BaseModel `bun:"table:cap_overrides,alias:o"`

	TenantID  tenants.ID `bun:"tenant_id,pk"`
	ID        tenants.ID `bun:"id,pk"`
	Band      string
	Zone      string
	Class     Class
	Rate      money.Rate
	From      civil.Date `bun:"from_on,scanonly"`
	Until     civil.Date `bun:"until_on,scanonly"`
	Valid     string     `bun:"valid"`
	Source    string
	Reason    string
	Published bool
	CreatedAt time.Time
	CreatedBy string
}

func (o Override) cap() Cap {
	return Cap{Dated: Dated{ID: o.ID, From: o.From, Until: o.Until, Mark: Official, Source: o.Source},
		Band: o.Band, Zone: o.Zone, Class: o.Class, Rate: o.Rate, Own: true, Reason: o.Reason}
}

// NewOverride is what a new override says. Until is the first day on which it no
// longer counts, or none.
type NewOverride struct {
	Band, Zone     string
	Class          Class
	Rate           money.Rate
	From, Until    civil.Date
	Source, Reason string
}

// Overrides lists an employer's own caps that count on a day or later.
func (s *Service) Overrides(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from civil.Date) ([]Override, error) {
	return overrides(ctx, tx, tenantID, from, civil.Date{Year: 9999, Month: time.December, Day: 31})
}

// Override finds one of the employer's own caps, or ErrNotFound.
func (s *Service) Override(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Override, error) {
	return override(ctx, tx, id)
}

// AddOverride sets an employer's own cap. It must be below the national cap of
// each of its days; where none is loaded, any cap is stricter than none.
func (s *Service) AddOverride(ctx context.Context, tx *tenants.Tx, n NewOverride) (Override, error) {
	if tx.Me.Kind != tenants.Trust && tx.Me.Kind != tenants.Hub {
		return Override{}, ErrEmployerOnly
	}
	if n.Zone == "" {
		n.Zone = OutsideLondon
	}
	n.Source, n.Reason = strings.TrimSpace(n.Source), strings.TrimSpace(n.Reason)
	known, err := grades(ctx, tx)
	if err != nil {
		return Override{}, err
	}
	if refused := n.check(bandsOf(known)); len(refused) > 0 {
		return Override{}, fault.ErrInvalid.With(refused...)
	}
	last := civil.Date{Year: 9999, Month: time.December, Day: 31}
	if !n.Until.IsZero() {
		last = n.Until.AddDays(-1)
	}
	national, err := caps(ctx, tx, n.From, last)
	if err != nil {
		return Override{}, err
	}
	for _, c := range national {
		if c.Band == n.Band && c.Zone == n.Zone && c.Class == n.Class && c.Rate.Cmp(n.Rate) <= 0 {
			text := "The national cap is " + c.Rate.Text() + " from " + c.From.Text() + ". Enter a rate below it, or days on which it does not count."
			return Override{}, ErrLooser.Saying(text).With(fault.Field{Name: "rate", Code: ErrLooser.Code, Text: text, Value: n.Rate.String()})
		}
	}
	o := Override{TenantID: tx.Me.ID, ID: tenants.NewID(), Band: n.Band, Zone: n.Zone, Class: n.Class, Rate: n.Rate, From: n.From, Until: n.Until,
		Valid: Dated{From: n.From, Until: n.Until}.span(), Source: n.Source, Reason: n.Reason, Published: true, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}
	if _, err := tx.NewInsert().Model(&o).Exec(ctx); tenants.Violates(err, "cap_overrides_once") {
		text := "A cap of your own counts for these hours of the band on some of these days. End it first, or choose other days."
		return Override{}, ErrOverrideTaken.Saying(text).With(fault.Field{Name: "from", Code: ErrOverrideTaken.Code, Text: text, Value: n.From.String()})
	} else if err != nil {
		return Override{}, err
	}
	return o, nil
}

func (n NewOverride) check(bands []string) (refused []fault.Field) {
	wrong := func(name, code, text, value string) {
		refused = append(refused, fault.Field{Name: name, Code: code, Text: text, Value: value})
	}
	if !slices.Contains(bands, n.Band) {
		wrong("band", "unknown", "Choose a band from the list.", n.Band)
	}
	if !slices.Contains(zones, n.Zone) {
		wrong("zone", "unknown", "Choose a zone from the list.", n.Zone)
	}
	if n.Class != Core && n.Class != Low && n.Class != High {
		wrong("class", "unknown", "Choose which hours it is for.", string(n.Class))
	}
	if n.Rate.Cmp(money.Rate{}) <= 0 || n.Rate.Pence() > rateMax {
		wrong("rate", "rate_invalid", "Enter a rate above nothing in pounds an hour, such as 29.50.", n.Rate.String())
	}
	return append(append(refused, days(n.From, n.Until)...), said(n.Source, n.Reason)...)
}

// days refuses a life without a beginning, and one that ends before it.
func days(from, until civil.Date) (refused []fault.Field) {
	if from.IsZero() {
		refused = append(refused, fault.Field{Name: "from", Code: "required", Text: "Enter the first day on which it counts."})
	}
	if !until.IsZero() && !from.Before(until) {
		refused = append(refused, fault.Field{Name: "until", Code: "ends_before_it_begins", Text: "Enter a day after the first one, or leave it empty.", Value: until.String()})
	}
	return refused
}

// said refuses what an employer sets without saying why.
func said(source, reason string) (refused []fault.Field) {
	for _, box := range []struct {
		name, value, text string
		most              int
	}{
		{"source", source, "Enter the board paper or the decision that it rests on.", 300},
		{"reason", reason, "Enter why.", 500},
	} {
		if box.value == "" || utf8.RuneCountInString(box.value) > box.most {
			refused = append(refused, fault.Field{Name: box.name, Code: "required", Text: box.text, Value: box.value})
		}
	}
	return refused
}

// EndOverride lets an employer's own cap no longer count from a day on. One that
// would end before it begins is gone; audit keeps it.
func (s *Service) EndOverride(ctx context.Context, tx *tenants.Tx, id tenants.ID, on civil.Date) error {
	o, err := override(ctx, tx, id)
	if err != nil {
		return err
	}
	if !o.Until.IsZero() && !on.Before(o.Until) {
		return ErrOverrideEnded.Saying("It has ended on " + o.Until.AddDays(-1).Text() + " already.")
	}
	if !o.From.Before(on) {
		return dropOverride(ctx, tx, id)
	}
	return endOverride(ctx, tx, id, Dated{From: o.From, Until: on}.span())
}

// OwnRestriction is work that a trust itself closes to agencies on some days. Its
// agencies see it, because they propose under it.
type OwnRestriction struct {
	bun.BaseModel `bun:"table:own_restrictions,alias:r"`

	TenantID   tenants.ID `bun:"tenant_id,pk"`
	ID         tenants.ID `bun:"id,pk"`
	StaffGroup string
	Band       string
	From       civil.Date `bun:"from_on,scanonly"`
	Until      civil.Date `bun:"until_on,scanonly"`
	Valid      string     `bun:"valid"`
	Source     string
	Reason     string
	Published  bool
	CreatedAt  time.Time
	CreatedBy  string
}

func (r OwnRestriction) restriction() Restriction {
	return Restriction{Dated: Dated{ID: r.ID, From: r.From, Until: r.Until, Mark: Official, Source: r.Source},
		StaffGroup: r.StaffGroup, Band: r.Band, Own: true, Reason: r.Reason}
}

// NewRestriction is what a new restriction says. A group or band that is left out
// is any. Until is the first day on which it no longer counts, or none.
type NewRestriction struct {
	StaffGroup, Band string
	From, Until      civil.Date
	Source, Reason   string
}

// OwnRestrictions lists what an employer has closed to agencies itself on a day or
// later.
func (s *Service) OwnRestrictions(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from civil.Date) ([]OwnRestriction, error) {
	return ownRestrictions(ctx, tx, tenantID, from)
}

// OwnRestriction finds one of the trust's own, or ErrNotFound.
func (s *Service) OwnRestriction(ctx context.Context, tx *tenants.Tx, id tenants.ID) (OwnRestriction, error) {
	return ownRestriction(ctx, tx, id)
}

// AddRestriction closes work to agencies at one trust, from a day on. It counts
// for what is proposed or booked from then on; what was sent stays as it was found.
func (s *Service) AddRestriction(ctx context.Context, tx *tenants.Tx, n NewRestriction) (OwnRestriction, error) {
	if tx.Me.Kind != tenants.Trust {
		return OwnRestriction{}, ErrTrustOnly
	}
	n.StaffGroup, n.Band = cmp.Or(n.StaffGroup, Any), cmp.Or(n.Band, Any)
	n.Source, n.Reason = strings.TrimSpace(n.Source), strings.TrimSpace(n.Reason)
	known, err := grades(ctx, tx)
	if err != nil {
		return OwnRestriction{}, err
	}
	if refused := n.check(known); len(refused) > 0 {
		return OwnRestriction{}, fault.ErrInvalid.With(refused...)
	}
	r := OwnRestriction{TenantID: tx.Me.ID, ID: tenants.NewID(), StaffGroup: n.StaffGroup, Band: n.Band, From: n.From, Until: n.Until,
		Valid: Dated{From: n.From, Until: n.Until}.span(), Source: n.Source, Reason: n.Reason, Published: true, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); tenants.Violates(err, "own_restrictions_once") {
		text := "A restriction of your own counts for this staff group and band on some of these days. End it first, or choose other days."
		return OwnRestriction{}, ErrRestrictionTaken.Saying(text).With(fault.Field{Name: "from", Code: ErrRestrictionTaken.Code, Text: text, Value: n.From.String()})
	} else if err != nil {
		return OwnRestriction{}, err
	}
	return r, nil
}

// check names what is wrong with a restriction. A band that the group has no grade
// of would close nothing.
func (n NewRestriction) check(known []Grade) (refused []fault.Field) {
	group := slices.ContainsFunc(known, func(g Grade) bool { return n.StaffGroup == Any || g.StaffGroup == n.StaffGroup })
	if !group {
		refused = append(refused, fault.Field{Name: "staff_group", Code: "unknown", Text: "Choose a staff group from the list, or any.", Value: n.StaffGroup})
	}
	if !slices.ContainsFunc(known, func(g Grade) bool {
		return (n.StaffGroup == Any || !group || g.StaffGroup == n.StaffGroup) && (n.Band == Any || g.Band == n.Band)
	}) {
		refused = append(refused, fault.Field{Name: "band", Code: "unknown", Text: "Choose a band that the staff group has, or any.", Value: n.Band})
	}
	return append(append(refused, days(n.From, n.Until)...), said(n.Source, n.Reason)...)
}

// EndRestriction lets a trust's own restriction no longer count from a day on. One
// that would end before it begins is gone; audit keeps it.
func (s *Service) EndRestriction(ctx context.Context, tx *tenants.Tx, id tenants.ID, on civil.Date) error {
	r, err := ownRestriction(ctx, tx, id)
	if err != nil {
		return err
	}
	if !r.Until.IsZero() && !on.Before(r.Until) {
		return ErrRestrictionEnded.Saying("It has ended on " + r.Until.AddDays(-1).Text() + " already.")
	}
	if !r.From.Before(on) {
		return dropRestriction(ctx, tx, id)
	}
	return endRestriction(ctx, tx, id, Dated{From: r.From, Until: on}.span())
}

// LocalHoliday is a day that an employer alone keeps as a public holiday.
type LocalHoliday struct {
	bun.BaseModel `bun:"table:local_holidays,alias:h"`

	TenantID  tenants.ID `bun:"tenant_id,pk"`
	ID        tenants.ID `bun:"id,pk"`
	Day       civil.Date
	Name      string
	Source    string
	Reason    string
	Published bool
	CreatedAt time.Time
	CreatedBy string
}

// LocalHolidays lists an employer's own holidays from one day to another, both
// within.
func (s *Service) LocalHolidays(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from, to civil.Date) ([]LocalHoliday, error) {
	return localHolidays(ctx, tx, tenantID, from, to)
}

// AddLocalHoliday makes a day a public holiday at one employer. It prices shifts
// from then on; what is priced already stays as it is.
func (s *Service) AddLocalHoliday(ctx context.Context, tx *tenants.Tx, day civil.Date, name, source, reason string) (LocalHoliday, error) {
	if tx.Me.Kind != tenants.Trust && tx.Me.Kind != tenants.Hub {
		return LocalHoliday{}, ErrEmployerOnly
	}
	name, source, reason = strings.TrimSpace(name), strings.TrimSpace(source), strings.TrimSpace(reason)
	var refused []fault.Field
	if day.IsZero() {
		refused = append(refused, fault.Field{Name: "day", Code: "required", Text: "Enter the day."})
	}
	if name == "" || utf8.RuneCountInString(name) > 120 {
		refused = append(refused, fault.Field{Name: "name", Code: "required", Text: "Enter what the day is called.", Value: name})
	}
	if refused = append(refused, said(source, reason)...); len(refused) > 0 {
		return LocalHoliday{}, fault.ErrInvalid.With(refused...)
	}
	h := LocalHoliday{TenantID: tx.Me.ID, ID: tenants.NewID(), Day: day, Name: name, Source: source, Reason: reason, Published: true, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}
	if _, err := tx.NewInsert().Model(&h).Exec(ctx); tenants.Violates(err, "local_holidays_once") {
		text := day.Text() + " is a holiday of yours already."
		return LocalHoliday{}, ErrHolidayTaken.Saying(text).With(fault.Field{Name: "day", Code: ErrHolidayTaken.Code, Text: text, Value: day.String()})
	} else if err != nil {
		return LocalHoliday{}, err
	}
	return h, nil
}

// RemoveLocalHoliday lets a day be an ordinary one again; audit keeps it.
func (s *Service) RemoveLocalHoliday(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	return dropHoliday(ctx, tx, id)
}

// withOwn adds an employer's holidays to a nation's. A day that is both is the
// nation's.
func withOwn(national []Holiday, own []LocalHoliday, nation string) []Holiday {
	for _, h := range own {
		if !slices.ContainsFunc(national, func(n Holiday) bool { return n.Day == h.Day }) {
			national = append(national, Holiday{Nation: nation, Day: h.Day, Name: h.Name, Local: true, Mark: Official, Source: h.Source})
		}
	}
	slices.SortFunc(national, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	return national
}

package packs

import (
	"context"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func (s *Service) ownRoutes(r *openapi.Router) {
	admin := func(body any, query map[string]string) openapi.Option {
		return openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Body: body, Query: query}
		})
	}
	one := func(thing string, body any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"id": w.ID(thing)}, Body: body}
		})
	}
	caps, holidays, closed := openapi.Tag("caps"), openapi.Tag("local-holidays"), openapi.Tag("restrictions")
	openapi.Get(r, "/caps", rbac.CardRead, "List price caps", s.listCaps, caps,
		openapi.Describe("The caps in force on a day, an employer's own in place of the national ones where they are lower. A band that is not there has no cap loaded, and nothing can be said to be within it."),
		admin(nil, map[string]string{"on": "2026-11-24", "zone": "outside_london"}))
	openapi.Get(r, "/cap-overrides", rbac.CardRead, "List own caps", s.listOverrides, caps,
		openapi.Describe("Caps of an employer's own that count today or later. An agency names an employer it has an agreement with."), admin(nil, nil))
	openapi.Post(r, "/cap-overrides", rbac.CapManage, "Set an own cap", s.addOverride, caps, openapi.Status(201), openapi.Faults(ErrLooser, ErrOverrideTaken, ErrEmployerOnly),
		openapi.Describe("Below the national cap of each of its days."),
		admin(map[string]any{"band": "afc-7", "class": "core", "rate": "43.0000", "from": "2027-01-01", "source": "Trust board, November 2026", "reason": "Agency spend plan"}, nil))
	openapi.Post(r, "/cap-overrides/{id}/end", rbac.CapManage, "End an own cap", s.endOverride, caps, openapi.Faults(ErrOverrideEnded),
		openapi.Describe("It no longer counts from the day that is given."), one("kingsmere.cap", map[string]any{"on": "2027-03-01"}))
	openapi.Get(r, "/local-holidays", rbac.PlaceRead, "List local holidays", s.listLocal, holidays, openapi.Faults(ErrEmployerOnly),
		openapi.Describe("Days that an employer alone keeps as public holidays. An agency names an employer it has an agreement with."),
		admin(nil, map[string]string{"from": "2026-01-01", "to": "2026-12-31"}))
	openapi.Post(r, "/local-holidays", rbac.CapManage, "Add a local holiday", s.addLocal, holidays, openapi.Status(201), openapi.Faults(ErrHolidayTaken, ErrEmployerOnly),
		openapi.Describe("It carries the public holiday rate in quotes from then on. What is priced already stays as it is."),
		admin(map[string]any{"day": "2027-06-14", "name": "Founders' day", "source": "Trust board, November 2026", "reason": "Local agreement with staff side"}, nil))
	openapi.Post(r, "/local-holidays/{id}/remove", rbac.CapManage, "Remove a local holiday", s.removeLocal, holidays, one("kingsmere.local-holiday", nil))
	openapi.Get(r, "/restrictions", rbac.CardRead, "List restrictions", s.listRestrictions, closed, openapi.Faults(ErrTrustOnly),
		openapi.Describe("The work that is closed to agencies on a day: a trust books an agency's worker on it under an exemption alone. The nation's come first, then the employer's own. An agency names an employer it has an agreement with."),
		admin(nil, map[string]string{"on": "2027-05-01"}))
	openapi.Post(r, "/restrictions", rbac.CapManage, "Add a restriction", s.addRestriction, closed, openapi.Status(201), openapi.Faults(ErrTrustOnly, ErrRestrictionTaken),
		openapi.Describe("Closes a staff group, a band, or a band of a group to agencies at one's own trust, besides what the nation closes. It counts for what is proposed from then on for shifts on its days."),
		admin(map[string]any{"staff_group": "hca", "band": "afc-2", "from": "2027-06-01", "source": "Trust board, November 2026", "reason": "Agency spend plan"}, nil))
	openapi.Post(r, "/restrictions/{id}/end", rbac.CapManage, "End a restriction", s.endRestriction, closed, openapi.Faults(ErrRestrictionEnded),
		openapi.Describe("One of the trust's own no longer counts from the day that is given."), one("kingsmere.restriction", map[string]any{"on": "2027-09-01"}))
}

type capJSON struct {
	Band     string      `json:"band" example:"afc-5"`
	Zone     string      `json:"zone" enum:"outside_london,fringe,outer_london,inner_london" doc:"High cost area."`
	Class    Class       `json:"class" enum:"core,low,high"`
	Rate     money.Rate  `json:"rate" doc:"The most that is charged for an hour, without VAT."`
	Own      bool        `json:"own" doc:"Set by the employer, below the national cap."`
	National *money.Rate `json:"national" doc:"Of an own cap: the national one; null where none is loaded."`
	Reason   string      `json:"reason"`
	From     civil.Date  `json:"from"`
	Until    *civil.Date `json:"until" doc:"The first day on which it no longer counts."`
	Mark     Mark        `json:"mark" enum:"official,derived,indicative"`
	Source   string      `json:"source"`
}

type capsIn struct {
	On       civil.Date `query:"on" doc:"Today if not given."`
	Zone     string     `query:"zone" enum:"outside_london,fringe,outer_london,inner_london" doc:"Only those of one high cost area, such as a site says of itself."`
	Employer tenants.ID `query:"employer" doc:"Oneself if not given."`
}

func (s *Service) listCaps(ctx context.Context, tx *tenants.Tx, in capsIn) (openapi.List[capJSON], error) {
	if in.On.IsZero() {
		in.On = civil.DateOf(tx.Now)
	}
	all, err := s.CapsOn(ctx, tx, orMe(tx, in.Employer), in.On)
	all = slices.DeleteFunc(all, func(c Cap) bool { return in.Zone != "" && c.Zone != in.Zone })
	return listOf(all, func(c Cap) capJSON {
		j := capJSON{Band: c.Band, Zone: c.Zone, Class: c.Class, Rate: c.Rate, Own: c.Own, Reason: c.Reason, From: c.From, Until: orNull(c.Until), Mark: c.Mark, Source: c.Source}
		if c.Own && !c.National.IsZero() {
			j.National = &c.National
		}
		return j
	}), err
}

func orMe(tx *tenants.Tx, id tenants.ID) tenants.ID {
	if id == (tenants.ID{}) {
		return tx.Me.ID
	}
	return id
}

type capOverrideJSON struct {
	ID        tenants.ID  `json:"id"`
	Band      string      `json:"band" example:"afc-5"`
	Zone      string      `json:"zone" enum:"outside_london,fringe,outer_london,inner_london" doc:"High cost area."`
	Class     Class       `json:"class" enum:"core,low,high"`
	Rate      money.Rate  `json:"rate"`
	From      civil.Date  `json:"from"`
	Until     *civil.Date `json:"until" doc:"The first day on which it no longer counts."`
	Source    string      `json:"source"`
	Reason    string      `json:"reason"`
	CreatedAt time.Time   `json:"created_at"`
	CreatedBy string      `json:"created_by"`
}

func overrideOut(o Override) capOverrideJSON {
	return capOverrideJSON{o.ID, o.Band, o.Zone, o.Class, o.Rate, o.From, orNull(o.Until), o.Source, o.Reason, o.CreatedAt.In(civil.London), o.CreatedBy}
}

type overridesIn struct {
	Employer tenants.ID `query:"employer" doc:"Oneself if not given."`
}

func (s *Service) listOverrides(ctx context.Context, tx *tenants.Tx, in overridesIn) (openapi.List[capOverrideJSON], error) {
	all, err := s.Overrides(ctx, tx, orMe(tx, in.Employer), civil.DateOf(tx.Now))
	return listOf(all, overrideOut), err
}

type addOverrideIn struct {
	Body struct {
		Band   string      `json:"band" maxlen:"40" example:"afc-5"`
		Zone   string      `json:"zone,omitempty" enum:"outside_london,fringe,outer_london,inner_london" default:"outside_london" doc:"High cost area: it counts for shifts at sites there alone."`
		Class  Class       `json:"class" enum:"core,low,high"`
		Rate   money.Rate  `json:"rate"`
		From   civil.Date  `json:"from"`
		Until  *civil.Date `json:"until,omitempty"`
		Source string      `json:"source" minlen:"1" maxlen:"300"`
		Reason string      `json:"reason" minlen:"1" maxlen:"500"`
	}
}

func (s *Service) addOverride(ctx context.Context, tx *tenants.Tx, in addOverrideIn) (capOverrideJSON, error) {
	b := in.Body
	n := NewOverride{Band: b.Band, Zone: b.Zone, Class: b.Class, Rate: b.Rate, From: b.From, Source: b.Source, Reason: b.Reason}
	if b.Until != nil {
		n.Until = *b.Until
	}
	o, err := s.AddOverride(ctx, tx, n)
	return overrideOut(o), err
}

type endOverrideIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		On civil.Date `json:"on" doc:"The first day on which it no longer counts."`
	}
}

func (s *Service) endOverride(ctx context.Context, tx *tenants.Tx, in endOverrideIn) (openapi.None, error) {
	return openapi.None{}, s.EndOverride(ctx, tx, in.ID, in.Body.On)
}

type localHolidayJSON struct {
	ID        tenants.ID `json:"id"`
	Day       civil.Date `json:"day"`
	Name      string     `json:"name"`
	Source    string     `json:"source"`
	Reason    string     `json:"reason"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
}

func localOut(h LocalHoliday) localHolidayJSON {
	return localHolidayJSON{h.ID, h.Day, h.Name, h.Source, h.Reason, h.CreatedAt.In(civil.London), h.CreatedBy}
}

type localIn struct {
	Employer tenants.ID `query:"employer" doc:"Oneself if not given."`
	From     civil.Date `query:"from" required:"true"`
	To       civil.Date `query:"to" required:"true"`
}

func (s *Service) listLocal(ctx context.Context, tx *tenants.Tx, in localIn) (openapi.List[localHolidayJSON], error) {
	if tx.Me.Kind == tenants.Practice {
		return openapi.List[localHolidayJSON]{}, ErrEmployerOnly
	}
	all, err := s.LocalHolidays(ctx, tx, orMe(tx, in.Employer), in.From, in.To)
	return listOf(all, localOut), err
}

type addLocalIn struct {
	Body struct {
		Day    civil.Date `json:"day"`
		Name   string     `json:"name" minlen:"1" maxlen:"120"`
		Source string     `json:"source" minlen:"1" maxlen:"300"`
		Reason string     `json:"reason" minlen:"1" maxlen:"500"`
	}
}

func (s *Service) addLocal(ctx context.Context, tx *tenants.Tx, in addLocalIn) (localHolidayJSON, error) {
	h, err := s.AddLocalHoliday(ctx, tx, in.Body.Day, in.Body.Name, in.Body.Source, in.Body.Reason)
	return localOut(h), err
}

type localIDIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) removeLocal(ctx context.Context, tx *tenants.Tx, in localIDIn) (openapi.None, error) {
	return openapi.None{}, s.RemoveLocalHoliday(ctx, tx, in.ID)
}

type restrictionJSON struct {
	ID         tenants.ID  `json:"id"`
	StaffGroup string      `json:"staff_group" example:"admin" doc:"A staff group, or any."`
	Band       string      `json:"band" example:"any" doc:"The band of a grade, or any."`
	Own        bool        `json:"own" doc:"Set by the employer, besides the nation's."`
	From       civil.Date  `json:"from"`
	Until      *civil.Date `json:"until" doc:"The first day on which it no longer counts."`
	Mark       Mark        `json:"mark" enum:"official,derived,indicative"`
	Source     string      `json:"source"`
	Reason     string      `json:"reason" doc:"Of an employer's own."`
}

func restrictionOut(r Restriction) restrictionJSON {
	return restrictionJSON{r.ID, r.StaffGroup, r.Band, r.Own, r.From, orNull(r.Until), r.Mark, r.Source, r.Reason}
}

type restrictionsIn struct {
	On       civil.Date `query:"on" doc:"Today if not given."`
	Employer tenants.ID `query:"employer" doc:"Oneself if not given."`
}

func (s *Service) listRestrictions(ctx context.Context, tx *tenants.Tx, in restrictionsIn) (openapi.List[restrictionJSON], error) {
	if tx.Me.Kind == tenants.Practice {
		return openapi.List[restrictionJSON]{}, ErrTrustOnly
	}
	if in.On.IsZero() {
		in.On = civil.DateOf(tx.Now)
	}
	all, err := s.RestrictionsOn(ctx, tx, orMe(tx, in.Employer), in.On)
	return listOf(all, restrictionOut), err
}

type addRestrictionIn struct {
	Body struct {
		StaffGroup string      `json:"staff_group,omitempty" maxlen:"40" example:"hca" doc:"any if not given."`
		Band       string      `json:"band,omitempty" maxlen:"40" example:"afc-2" doc:"any if not given."`
		From       civil.Date  `json:"from"`
		Until      *civil.Date `json:"until,omitempty" doc:"The first day on which it no longer counts."`
		Source     string      `json:"source" minlen:"1" maxlen:"300"`
		Reason     string      `json:"reason" minlen:"1" maxlen:"500"`
	}
}

func (s *Service) addRestriction(ctx context.Context, tx *tenants.Tx, in addRestrictionIn) (restrictionJSON, error) {
	n := NewRestriction{StaffGroup: in.Body.StaffGroup, Band: in.Body.Band, From: in.Body.From, Source: in.Body.Source, Reason: in.Body.Reason}
	if in.Body.Until != nil {
		n.Until = *in.Body.Until
	}
	r, err := s.AddRestriction(ctx, tx, n)
	return restrictionOut(r.restriction()), err
}

type endRestrictionIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		On civil.Date `json:"on" doc:"The first day on which it no longer counts."`
	}
}

func (s *Service) endRestriction(ctx context.Context, tx *tenants.Tx, in endRestrictionIn) (openapi.None, error) {
	return openapi.None{}, s.EndRestriction(ctx, tx, in.ID, in.Body.On)
}

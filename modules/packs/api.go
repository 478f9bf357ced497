package packs

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	reference := openapi.Tag("reference")
	manager := openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "manager@kingsmere.example"} })
	openapi.Get(r, "/staff-groups", rbac.PlaceRead, "List staff groups", s.listStaffGroups, reference, manager)
	openapi.Get(r, "/grades", rbac.PlaceRead, "List grades", s.listGrades, reference,
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Query: map[string]string{"staff_group": "nursing"}}
		}))
	openapi.Get(r, "/reasons", rbac.PlaceRead, "List booking reasons", s.listReasons, reference, manager)
	openapi.Get(r, "/bank-holidays", rbac.PlaceRead, "List bank holidays", s.listHolidays, reference,
		openapi.Describe("A holiday at a weekend is kept twice: each of its two days names the other as `dual_of`, and both carry the rate."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Query: map[string]string{"nation": "england", "from": "2026-12-01", "to": "2027-01-31"}}
		}))
	openapi.Get(r, "/packs/{nation}", rbac.PlaceRead, "Get a national pack", s.getPack, reference, openapi.Faults(ErrNoHolidays),
		openapi.Describe("Everything that prices on one day depend on in a nation: enhancements, the hours that they are for, tax figures. Every row says its source and how sure it is."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"nation": "england"}, Query: map[string]string{"on": "2026-11-24"}}
		}))
	openapi.Post(r, "/packs/load", rbac.PackManage, "Load the national packs", s.load, reference,
		openapi.Describe("Writes the reference data that comes with this version of the product. Done twice, the second time changes nothing."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "staff@wardbridge.example"} }))
	s.tableRoutes(r)
	s.ownRoutes(r)
}

type staffGroupJSON struct {
	Code   string `json:"code" example:"nursing"`
	Name   string `json:"name" example:"Nursing and midwifery"`
	Mark   Mark   `json:"mark" enum:"official,derived,indicative"`
	Source string `json:"source"`
}

type gradeJSON struct {
	Code       string `json:"code" example:"nurse-band-5"`
	Name       string `json:"name" example:"Band 5 nurse"`
	StaffGroup string `json:"staff_group" example:"nursing"`
	Band       string `json:"band" example:"afc-5" doc:"The key of its enhancements."`
	Mark       Mark   `json:"mark" enum:"official,derived,indicative"`
	Source     string `json:"source"`
}

type reasonJSON struct {
	Code   string `json:"code" example:"vacancy"`
	Name   string `json:"name" example:"Vacancy"`
	Mark   Mark   `json:"mark" enum:"official,derived,indicative"`
	Source string `json:"source"`
}

type holidayJSON struct {
	Nation string      `json:"nation" example:"england"`
	Day    civil.Date  `json:"day"`
	Name   string      `json:"name" example:"Boxing Day"`
	DualOf *civil.Date `json:"dual_of" doc:"The other day of a holiday that is kept twice."`
	Mark   Mark        `json:"mark" enum:"official,derived,indicative"`
	Source string      `json:"source"`
}

type enhancementJSON struct {
	Band    string      `json:"band" example:"afc-5"`
	Class   Class       `json:"class" enum:"low,high"`
	Factor  string      `json:"factor" example:"1.300000"`
	Pattern string      `json:"pattern" example:"afc" doc:"Whose hours these are."`
	From    civil.Date  `json:"from"`
	Until   *civil.Date `json:"until" doc:"The first day on which it no longer counts."`
	Mark    Mark        `json:"mark" enum:"official,derived,indicative"`
	Source  string      `json:"source"`
}

type hoursJSON struct {
	Pattern string      `json:"pattern" example:"afc"`
	Day     string      `json:"day" example:"monday"`
	At      civil.Clock `json:"at" doc:"From this time until the next row of the day."`
	Class   Class       `json:"class" enum:"core,low,high"`
	Mark    Mark        `json:"mark" enum:"official,derived,indicative"`
	Source  string      `json:"source"`
}

type parameterJSON struct {
	Name   string      `json:"name" example:"employer_ni_rate"`
	Value  string      `json:"value" example:"0.15"`
	Unit   string      `json:"unit" enum:"factor,pounds,pounds_hour,pounds_day,pounds_week,pounds_year,minutes,days,weeks,years"`
	From   civil.Date  `json:"from"`
	Until  *civil.Date `json:"until" doc:"The first day on which it no longer counts."`
	Mark   Mark        `json:"mark" enum:"official,derived,indicative"`
	Source string      `json:"source"`
}

type packJSON struct {
	Nation       string            `json:"nation"`
	On           civil.Date        `json:"on"`
	Holidays     []holidayJSON     `json:"holidays"`
	Hours        []hoursJSON       `json:"hours"`
	Enhancements []enhancementJSON `json:"enhancements"`
	Parameters   []parameterJSON   `json:"parameters"`
}

type loadedJSON struct {
	Rows   int            `json:"rows" doc:"How many rows were new or different."`
	Tables map[string]int `json:"tables"`
}

func (s *Service) listStaffGroups(ctx context.Context, tx *tenants.Tx, _ struct{}) (openapi.List[staffGroupJSON], error) {
	all, err := s.StaffGroups(ctx, tx)
	return listOf(all, func(g StaffGroup) staffGroupJSON {
		return staffGroupJSON{Code: g.Code, Name: g.Name, Mark: g.Mark, Source: g.Source}
	}), err
}

type gradesIn struct {
	StaffGroup string `query:"staff_group" maxlen:"40"`
}

func (s *Service) listGrades(ctx context.Context, tx *tenants.Tx, in gradesIn) (openapi.List[gradeJSON], error) {
	all, err := s.Grades(ctx, tx)
	var some []Grade
	for _, g := range all {
		if in.StaffGroup == "" || g.StaffGroup == in.StaffGroup {
			some = append(some, g)
		}
	}
	return listOf(some, func(g Grade) gradeJSON {
		return gradeJSON{Code: g.Code, Name: g.Name, StaffGroup: g.StaffGroup, Band: g.Band, Mark: g.Mark, Source: g.Source}
	}), err
}

func (s *Service) listReasons(ctx context.Context, tx *tenants.Tx, _ struct{}) (openapi.List[reasonJSON], error) {
	all, err := s.Reasons(ctx, tx)
	return listOf(all, func(r Reason) reasonJSON {
		return reasonJSON{Code: r.Code, Name: r.Name, Mark: r.Mark, Source: r.Source}
	}), err
}

type holidaysIn struct {
	Nation string     `query:"nation" enum:"england,wales,scotland,northern-ireland" default:"england"`
	From   civil.Date `query:"from" required:"true"`
	To     civil.Date `query:"to" required:"true" doc:"At most ten years after from."`
}

func (s *Service) listHolidays(ctx context.Context, tx *tenants.Tx, in holidaysIn) (openapi.List[holidayJSON], error) {
	if days := in.From.DaysUntil(in.To); days < 0 || days > 3660 {
		return openapi.List[holidayJSON]{}, fault.ErrInvalid.With(fault.Field{Name: "to", Code: "out_of_range", Text: "Choose a day on or after from, and at most ten years later.", Value: in.To.String()})
	}
	all, err := s.Holidays(ctx, tx, in.Nation, in.From, in.To)
	return listOf(all, holidayOut), err
}

type packIn struct {
	Nation string     `path:"nation" enum:"england,wales,scotland,northern-ireland"`
	On     civil.Date `query:"on" doc:"Today if not given."`
}

func (s *Service) getPack(ctx context.Context, tx *tenants.Tx, in packIn) (packJSON, error) {
	if in.On.IsZero() {
		in.On = civil.DateOf(tx.Now)
	}
	p, err := s.Load(ctx, tx, in.Nation, in.On, in.On)
	if err != nil {
		return packJSON{}, err
	}
	out := packJSON{Nation: p.Nation, On: in.On, Holidays: listOf(p.Holidays, holidayOut).Data}
	for _, h := range p.Patterns {
		out.Hours = append(out.Hours, hoursJSON{Pattern: h.Pattern, Day: h.Day, At: h.At, Class: h.Class, Mark: h.Mark, Source: h.Source})
	}
	for _, e := range p.Enhancements {
		out.Enhancements = append(out.Enhancements, enhancementJSON{Band: e.Band, Class: e.Class, Factor: e.Factor.String(), Pattern: e.Pattern,
			From: e.From, Until: orNull(e.Until), Mark: e.Mark, Source: e.Source})
	}
	for _, row := range p.Parameters {
		out.Parameters = append(out.Parameters, parameterJSON{Name: row.Name, Value: row.Value, Unit: row.Unit, From: row.From, Until: orNull(row.Until), Mark: row.Mark, Source: row.Source})
	}
	return out, nil
}

func (s *Service) load(ctx context.Context, tx *tenants.Tx, _ struct{}) (loadedJSON, error) {
	done, err := s.LoadNational(ctx, tx)
	return loadedJSON{Rows: done.Total(), Tables: done}, err
}

func holidayOut(h Holiday) holidayJSON {
	return holidayJSON{Nation: h.Nation, Day: h.Day, Name: h.Name, DualOf: orNull(h.DualOf), Mark: h.Mark, Source: h.Source}
}

func orNull(d civil.Date) *civil.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

func listOf[T, J any](all []T, out func(T) J) (list openapi.List[J]) {
	for _, v := range all {
		list.Data = append(list.Data, out(v))
	}
	return list
}

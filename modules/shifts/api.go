package shifts

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module. Cancelling a shift ends what
// hangs on it and is therefore an operation of proposals.
func (s *Service) Routes(r *openapi.Router) {
	openapi.Get(r, "/shifts", rbac.ShiftRead, "List shifts", s.list, openapi.Faults(paging.ErrCursor),
		openapi.Describe("Soonest first. Several statuses are separated by commas."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Query: map[string]string{"status": "open", "limit": "20"}}
		}))
	openapi.Look(r, "/shifts/{id}", rbac.ShiftRead, "Get a shift", s.get,
		openapi.Describe("By id or by reference, such as KUH-40841. The ETag is the version."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.shift.open")}}
		}))
	openapi.Post(r, "/shifts", rbac.ShiftCreate, "Create shifts", s.create, openapi.Status(201),
		openapi.Faults(ErrRefKnown, ErrWardUnknown, ErrGradeUnknown, ErrReasonUnknown, ErrTimesEqual, civil.ErrAmbiguous, civil.ErrSkipped),
		openapi.Describe("Makes one shift for each person asked for. They cascade from the moment of creation."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Body: map[string]any{"ward": w.ID("kingsmere.ward"), "grade": "nurse-band-5",
				"date": "2027-03-02", "start": "07:00", "end": "19:30", "break_minutes": 60, "reason": "vacancy"}}
		}))
	openapi.Get(r, "/shift-export", rbac.ExportCreate, "Export shifts", s.export, openapi.Tag("shifts"), openapi.Produces("text/csv"), openapi.Faults(ErrNotEmployer),
		openapi.Describe("The shifts of a filter as a CSV file, with the columns of an import first."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Query: map[string]string{"status": "open"}}
		}))
}

type shiftPlaceJSON struct {
	ID   tenants.ID `json:"id"`
	Code string     `json:"code"`
	Name string     `json:"name"`
}

type shiftWarningJSON struct {
	Name string `json:"name"`
	Code string `json:"code"`
	Text string `json:"text"`
}

type shiftJSON struct {
	ID            tenants.ID         `json:"id"`
	Ref           string             `json:"ref" example:"KUH-40841"`
	Status        string             `json:"status" enum:"draft,open,filled,cancelled,expired"`
	Source        string             `json:"source" doc:"form, api, import, or a connection's name."`
	ExternalRef   string             `json:"external_ref"`
	Place         int                `json:"place" doc:"1 to n of a request for n people."`
	Site          shiftPlaceJSON     `json:"site"`
	Ward          shiftPlaceJSON     `json:"ward"`
	StaffGroup    string             `json:"staff_group"`
	Grade         string             `json:"grade"`
	Specialty     string             `json:"specialty"`
	StartsAt      time.Time          `json:"starts_at"`
	EndsAt        time.Time          `json:"ends_at"`
	BreakMinutes  int                `json:"break_minutes"`
	PaidMinutes   int                `json:"paid_minutes"`
	Reason        string             `json:"reason"`
	CostCentre    string             `json:"cost_centre"`
	Notes         string             `json:"notes"`
	Retrospective bool               `json:"retrospective" doc:"Entered after it began: it does not cascade."`
	LeadMinutes   int                `json:"lead_minutes" doc:"From creation to start; the cascade's delays follow from it."`
	CreatedAt     time.Time          `json:"created_at"`
	CreatedBy     string             `json:"created_by"`
	EndedAt       *time.Time         `json:"ended_at" doc:"When it was filled, cancelled or expired."`
	EndedWhy      string             `json:"ended_why"`
	Version       int64              `json:"version"`
	Warnings      []shiftWarningJSON `json:"warnings" doc:"What somebody should look at although the shift is good."`
}

// ETag is the version.
func (s shiftJSON) ETag() string { return strconv.FormatInt(s.Version, 10) }

func toJSON(s Shift, wards map[tenants.ID]places.Ward) shiftJSON {
	w := wards[s.WardID]
	j := shiftJSON{
		ID: s.ID, Ref: s.Ref, Status: string(s.Status), Source: s.Source, ExternalRef: s.ExternalRef, Place: s.Place,
		Site: shiftPlaceJSON{s.SiteID, w.SiteCode, w.SiteName}, Ward: shiftPlaceJSON{s.WardID, w.Code, w.Name},
		StaffGroup: s.StaffGroup, Grade: s.Grade, Specialty: s.Specialty,
		StartsAt: s.StartsAt.In(civil.London), EndsAt: s.EndsAt.In(civil.London), BreakMinutes: s.BreakMinutes, PaidMinutes: s.PaidMinutes(),
		Reason: s.Reason, CostCentre: s.CostCentre, Notes: s.Notes, Retrospective: s.Retrospective, LeadMinutes: s.LeadMinutes,
		CreatedAt: s.CreatedAt.In(civil.London), CreatedBy: s.CreatedBy, EndedWhy: s.EndedWhy, Version: s.Version, Warnings: []shiftWarningJSON{},
	}
	if s.EndedAt != nil {
		at := s.EndedAt.In(civil.London)
		j.EndedAt = &at
	}
	if s.Long() {
		j.Warnings = append(j.Warnings, shiftWarningJSON{"end", "shift_long", "This shift is " + civil.Span(s.Minutes()) + " long. Check its times."})
	}
	return j
}

type filterIn struct {
	Status     []string `query:"status" enum:"draft,open,filled,cancelled,expired"`
	From       string   `query:"from" format:"date" doc:"First day of the start, in London."`
	To         string   `query:"to" format:"date" doc:"Last day of the start, in London."`
	Site       string   `query:"site" maxlen:"40" doc:"Id or code."`
	Ward       string   `query:"ward" maxlen:"40" doc:"Id or code."`
	StaffGroup string   `query:"staff_group" maxlen:"40"`
	Grade      string   `query:"grade" maxlen:"40"`
	Q          string   `query:"q" maxlen:"80" doc:"Part of a reference, or of a ward's name."`
}

type listIn struct {
	filterIn
	Limit  int    `query:"limit" min:"1" max:"200"`
	Cursor string `query:"cursor" maxlen:"2000"`
}

// filter turns the query's words into a Filter. Sites and wards that do not
// exist are refused rather than answered with nothing.
func (s *Service) filter(ctx context.Context, tx *tenants.Tx, in filterIn) (f Filter, err error) {
	for _, st := range in.Status {
		f.Status = append(f.Status, Status(st))
	}
	f.StaffGroup, f.Grade, f.Q = in.StaffGroup, in.Grade, in.Q
	var refused []fault.Field
	for _, d := range []struct {
		name, text string
		into       *civil.Date
	}{{"from", in.From, &f.From}, {"to", in.To, &f.To}} {
		if d.text == "" {
			continue
		}
		if *d.into, err = civil.ParseDate(d.text); err != nil {
			refused = append(refused, box(d.name, d.text, err))
		}
	}
	if in.Site != "" || in.Ward != "" {
		where, err := s.places.Map(ctx, tx)
		if err != nil {
			return f, err
		}
		if site, ok := where.Site(in.Site); ok {
			f.Site = site.ID
		} else if f.Site, err = uuid.Parse(in.Site); in.Site != "" && err != nil {
			refused = append(refused, box("site", in.Site, places.ErrUnknownSite))
		}
		if ward, ok := where.Ward(in.Ward, f.Site); ok {
			f.Ward = ward.ID
		} else if f.Ward, err = uuid.Parse(in.Ward); in.Ward != "" && err != nil {
			refused = append(refused, box("ward", in.Ward, ErrWardUnknown))
		}
	}
	if len(refused) > 0 {
		return f, fault.ErrInvalid.With(refused...)
	}
	return f, nil
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[shiftJSON], error) {
	f, err := s.filter(ctx, tx, in.filterIn)
	if err != nil {
		return openapi.List[shiftJSON]{}, err
	}
	f.Limit, f.Cursor = in.Limit, paging.Cursor(in.Cursor)
	rows, next, err := s.List(ctx, tx, f)
	if err != nil {
		return openapi.List[shiftJSON]{}, err
	}
	wards, err := s.places.Wards(ctx, tx, tx.Me.ID)
	if err != nil {
		return openapi.List[shiftJSON]{}, err
	}
	out := openapi.List[shiftJSON]{Data: make([]shiftJSON, 0, len(rows)), NextCursor: string(next)}
	for _, row := range rows {
		out.Data = append(out.Data, toJSON(row, wards))
	}
	return out, nil
}

type getIn struct {
	ID string `path:"id" maxlen:"60" doc:"Id or reference."`
}

// get is what programs ask over and over: an agency sees the shift and not a ward
// that is not published.
func (s *Service) get(ctx context.Context, l tenants.Look, in getIn) (shiftJSON, error) {
	shift, err := lookUp(ctx, l, in.ID)
	if err != nil {
		return shiftJSON{}, err
	}
	return toJSON(shift.Shift, map[tenants.ID]places.Ward{shift.WardID: shift.Ward}), nil
}

func (s *Service) export(ctx context.Context, tx *tenants.Tx, in filterIn) (openapi.File, error) {
	if !tx.Me.Kind.Employer() {
		return openapi.File{}, ErrNotEmployer
	}
	f, err := s.filter(ctx, tx, in)
	return s.Export(f), err
}

type createIn struct {
	Body struct {
		ExternalRef  string `json:"external_ref,omitempty" maxlen:"60" doc:"Your own reference. Known ones are refused."`
		Ward         string `json:"ward" maxlen:"120" doc:"Id, code or name."`
		StaffGroup   string `json:"staff_group,omitempty" maxlen:"40" doc:"Left out, it is the grade's."`
		Grade        string `json:"grade" maxlen:"40" example:"nurse-band-5"`
		Specialty    string `json:"specialty,omitempty" maxlen:"80"`
		Date         string `json:"date" format:"date" doc:"The day on which the shift starts, in London."`
		Start        string `json:"start" maxlen:"8" example:"07:00"`
		End          string `json:"end" maxlen:"8" example:"19:30" doc:"Not after the start, it is on the next day."`
		StartFold    string `json:"start_fold,omitempty" enum:"first,second" doc:"Which is meant on the night the clocks go back."`
		EndFold      string `json:"end_fold,omitempty" enum:"first,second"`
		BreakMinutes int    `json:"break_minutes,omitempty" min:"0" max:"240" doc:"Unpaid."`
		Quantity     int    `json:"quantity,omitempty" min:"1" max:"50" doc:"How many people; one if left out."`
		Reason       string `json:"reason" maxlen:"40" example:"vacancy"`
		CostCentre   string `json:"cost_centre,omitempty" maxlen:"20" doc:"Left out, it is the ward's."`
		Notes        string `json:"notes,omitempty" maxlen:"500" doc:"Agencies and the worker read these."`
		Draft        bool   `json:"draft,omitempty" doc:"Keep it to yourselves for now."`
	}
}

type createdShiftsJSON struct {
	Data []shiftJSON `json:"data" doc:"One shift for each person, places 1 to n."`
}

var folds = map[string]civil.Fold{"first": civil.First, "second": civil.Second}

func (s *Service) create(ctx context.Context, tx *tenants.Tx, in createIn) (createdShiftsJSON, error) {
	b := in.Body
	times, refused := timesIn(b.Date, b.Start, b.End)
	times.StartFold, times.EndFold = folds[b.StartFold], folds[b.EndFold]
	where, err := s.places.Map(ctx, tx)
	if err != nil {
		return createdShiftsJSON{}, err
	}
	ward, ok := where.Ward(b.Ward, tenants.ID{})
	if !ok {
		if ward.ID, err = uuid.Parse(b.Ward); err != nil {
			refused = append(refused, box("ward", b.Ward, ErrWardUnknown))
		}
	}
	if len(refused) > 0 {
		return createdShiftsJSON{}, fault.ErrInvalid.With(refused...)
	}
	rows, err := s.Create(ctx, tx, NewShift{Source: "api", ExternalRef: b.ExternalRef, Quantity: b.Quantity, Draft: b.Draft, Facts: Facts{
		WardID: ward.ID, StaffGroup: b.StaffGroup, Grade: b.Grade, Specialty: b.Specialty, Times: times, BreakMinutes: b.BreakMinutes,
		Reason: b.Reason, CostCentre: b.CostCentre, Notes: b.Notes}})
	if err != nil {
		return createdShiftsJSON{}, err
	}
	wards, err := s.places.Wards(ctx, tx, tx.Me.ID)
	out := createdShiftsJSON{}
	for _, row := range rows {
		out.Data = append(out.Data, toJSON(row, wards))
	}
	return out, err
}

// timesIn reads a date and two times as text and names the boxes it refuses.
func timesIn(date, start, end string) (t Times, refused []fault.Field) {
	var err1, err2, err3 error
	t.Date, err1 = civil.ParseDate(date)
	t.Start, err2 = civil.ParseClock(start)
	t.End, err3 = civil.ParseClock(end)
	for _, wrong := range []struct {
		name, text string
		err        error
	}{{"date", date, err1}, {"start", start, err2}, {"end", end, err3}} {
		if wrong.err != nil {
			refused = append(refused, box(wrong.name, wrong.text, wrong.err))
		}
	}
	return t, refused
}

// ReadTimes reads a rota's times as a form sends them. What it refuses names the
// box in a fault.
func ReadTimes(date, start, end, startFold, endFold string) (Times, error) {
	t, refused := timesIn(date, start, end)
	t.StartFold, t.EndFold = folds[startFold], folds[endFold]
	if len(refused) > 0 {
		return t, fault.ErrInvalid.With(refused...)
	}
	return t, nil
}

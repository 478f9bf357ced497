package workers

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module: the agency's, and below /me
// the person's own.
func (s *Service) Routes(r *openapi.Router) {
	agency := func(call openapi.Call, id string) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			call.As = "agency@meridian.example"
			if id != "" {
				call.Path = map[string]string{"id": w.ID(id)}
			}
			return call
		})
	}
	nurse := func(call openapi.Call, id string) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			call.As = "nurse@worker.example"
			if id != "" {
				call.Path = map[string]string{"id": w.ID(id)}
			}
			return call
		})
	}
	facts := map[string]any{"name": "Rowan Ellis", "email": "rowan.ellis@people.example", "staff_group": "nursing", "grade": "nurse-band-5",
		"register_body": "NMC", "register_number": "19B4471E", "born_on": "1991-03-14"}
	openapi.Get(r, "/workers", rbac.WorkerRead, "List workers", s.list, openapi.Faults(ErrAgencyOnly, paging.ErrCursor),
		openapi.Describe("The agency's own, by name."), agency(openapi.Call{Query: map[string]string{"staff_group": "nursing", "limit": "20"}}, ""))
	openapi.Get(r, "/workers/{id}", rbac.WorkerRead, "Get a worker", s.get, openapi.Faults(ErrAgencyOnly), agency(openapi.Call{}, "meridian.worker"))
	openapi.Post(r, "/workers", rbac.WorkerManage, "Add a worker", s.add, openapi.Status(201), openapi.Faults(ErrRegistration, ErrAgencyOnly),
		openapi.Describe("The person is asked to confirm when their own profile has the same date of birth and register number or, in jobs without a register, when they sign in under the same address. The agency is not told whether there is such a person."),
		agency(openapi.Call{Body: facts}, ""))
	openapi.Put(r, "/workers/{id}", rbac.WorkerManage, "Change a worker", s.change, openapi.Faults(ErrRegistration, ErrArchived),
		openapi.Describe("Replaces everything but the date of birth."),
		agency(openapi.Call{Body: map[string]any{"name": "Grace Mensah", "staff_group": "nursing", "grade": "nurse-band-5", "register_body": "NMC", "register_number": "19B4471E"}}, "meridian.worker"))
	openapi.Post(r, "/workers/{id}/archive", rbac.WorkerManage, "Archive a worker", s.archive, openapi.Faults(ErrArchived),
		openapi.Describe("Into no list, and proposed no more. Bookings stay."), agency(openapi.Call{}, "meridian.worker.leaver"))

	openapi.Get(r, "/me/profile", rbac.AccountUse, "Get one's own profile", s.ownProfile, openapi.Tag("workers"), openapi.Faults(ErrWorkerOnly), nurse(openapi.Call{}, ""))
	openapi.Post(r, "/me/profile", rbac.AccountUse, "Set one's own profile", s.setOwnProfile, openapi.Tag("workers"),
		openapi.Faults(ErrWorkerOnly, ErrRegistration, ErrBornOnFixed),
		openapi.Describe("The date of birth is given once, because agencies' records match on it."),
		openapi.Example(func(openapi.World) openapi.Call {
			own := map[string]any{"name": "Leila Rahman", "staff_group": "medical", "grade": "consultant", "register_body": "GMC", "register_number": "0615879", "born_on": "1977-01-28"}
			return openapi.Call{As: "gp@worker.example", Body: own}
		}))
	openapi.Get(r, "/me/representations", rbac.AccountUse, "List one's own representations", s.listOwn, openapi.Tag("workers"), openapi.Faults(ErrWorkerOnly),
		openapi.Describe("Those confirmed, and those that wait: agencies' records with the same date of birth and register number or sign-in address."), nurse(openapi.Call{}, ""))
	openapi.Post(r, "/me/representations/{id}/confirm", rbac.AccountUse, "Confirm a representation", s.confirmOwn, openapi.Tag("workers"),
		openapi.Faults(ErrWorkerOnly, ErrAlreadyRepresented), nurse(openapi.Call{}, "nurse.representation.waiting"))
}

type workerJSON struct {
	ID             tenants.ID `json:"id"`
	Name           string     `json:"name" example:"Grace Mensah"`
	Email          string     `json:"email"`
	StaffGroup     string     `json:"staff_group" example:"nursing"`
	Grade          string     `json:"grade" example:"nurse-band-5"`
	RegisterBody   string     `json:"register_body" example:"NMC"`
	RegisterNumber string     `json:"register_number" example:"19B4471E"`
	BornOn         civil.Date `json:"born_on"`
	Confirmed      bool       `json:"confirmed" doc:"The person has said that this is them."`
	ConfirmedAt    *time.Time `json:"confirmed_at"`
	Archived       bool       `json:"archived"`
	Warnings       []string   `json:"warnings" doc:"What to look at, though it is not wrong."`
	etag           string
}

// ETag names the version, for If-Match.
func (w workerJSON) ETag() string { return w.etag }

func workerOut(r Representation) workerJSON {
	w := workerJSON{ID: r.ID, Name: r.Name, Email: r.Email, StaffGroup: r.StaffGroup, Grade: r.Grade, RegisterBody: r.RegisterBody, RegisterNumber: r.RegisterNumber,
		BornOn: r.BornOn, Confirmed: r.Confirmed(), Archived: r.Archived(), Warnings: r.Warnings(), etag: r.ETag()}
	if r.Confirmed() {
		w.ConfirmedAt = &r.ConfirmedAt
	}
	return w
}

type listIn struct {
	StaffGroup string `query:"staff_group" maxlen:"40"`
	Grade      string `query:"grade" maxlen:"40"`
	Q          string `query:"q" maxlen:"100" doc:"Part of a name or a register number."`
	Archived   bool   `query:"archived" doc:"Those put away instead."`
	Limit      int    `query:"limit" min:"1" max:"200" default:"50"`
	Cursor     string `query:"cursor" maxlen:"2000"`
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (list openapi.List[workerJSON], err error) {
	page, next, err := s.List(ctx, tx, Filter{StaffGroup: in.StaffGroup, Grade: in.Grade, Q: in.Q, Archived: in.Archived, Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)})
	for _, r := range page {
		list.Data = append(list.Data, workerOut(r))
	}
	list.NextCursor = string(next)
	return list, err
}

type workerIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) get(ctx context.Context, tx *tenants.Tx, in workerIn) (workerJSON, error) {
	r, err := s.Get(ctx, tx, in.ID)
	return workerOut(r), err
}

type jobInput struct {
	Name           string `json:"name" minlen:"2" maxlen:"120"`
	StaffGroup     string `json:"staff_group" maxlen:"40" example:"nursing"`
	Grade          string `json:"grade" maxlen:"40" example:"nurse-band-5"`
	RegisterBody   string `json:"register_body,omitempty" maxlen:"10" example:"NMC" doc:"GMC, NMC, HCPC, GPhC, GDC, GOC or SWE; none for jobs without a register."`
	RegisterNumber string `json:"register_number,omitempty" maxlen:"20" example:"19B4471E"`
}

func (j jobInput) facts() Facts {
	return Facts{Name: j.Name, StaffGroup: j.StaffGroup, Grade: j.Grade, RegisterBody: j.RegisterBody, RegisterNumber: j.RegisterNumber}
}

type addIn struct {
	Body struct {
		jobInput
		Email  string     `json:"email,omitempty" format:"email" maxlen:"254"`
		BornOn civil.Date `json:"born_on"`
	}
}

func (s *Service) add(ctx context.Context, tx *tenants.Tx, in addIn) (workerJSON, error) {
	f := in.Body.facts()
	f.Email, f.BornOn = in.Body.Email, in.Body.BornOn
	r, err := s.Represent(ctx, tx, f)
	return workerOut(r), err
}

type changeIn struct {
	ID      tenants.ID `path:"id"`
	IfMatch string     `header:"If-Match"`
	Body    struct {
		jobInput
		Email string `json:"email,omitempty" format:"email" maxlen:"254"`
	}
}

func (s *Service) change(ctx context.Context, tx *tenants.Tx, in changeIn) (workerJSON, error) {
	f := in.Body.facts()
	f.Email = in.Body.Email
	r, err := s.Change(ctx, tx, in.ID, in.IfMatch, f)
	return workerOut(r), err
}

func (s *Service) archive(ctx context.Context, tx *tenants.Tx, in workerIn) (workerJSON, error) {
	r, err := s.Archive(ctx, tx, in.ID)
	return workerOut(r), err
}

type profileJSON struct {
	Name           string     `json:"name"`
	StaffGroup     string     `json:"staff_group"`
	Grade          string     `json:"grade"`
	RegisterBody   string     `json:"register_body"`
	RegisterNumber string     `json:"register_number"`
	BornOn         civil.Date `json:"born_on"`
	Phone          string     `json:"phone"`
	Warnings       []string   `json:"warnings" doc:"What to look at, though it is not wrong."`
}

func profileOut(p Profile) profileJSON {
	return profileJSON{p.Name, p.StaffGroup, p.Grade, p.RegisterBody, p.RegisterNumber, p.BornOn, p.Phone, warnings(p.RegisterBody, p.RegisterNumber)}
}

func (s *Service) ownProfile(ctx context.Context, tx *tenants.Tx, _ struct{}) (profileJSON, error) {
	p, err := s.Profile(ctx, tx)
	return profileOut(p), err
}

type setProfileIn struct {
	Body struct {
		jobInput
		BornOn civil.Date `json:"born_on"`
		Phone  string     `json:"phone,omitempty" maxlen:"30"`
	}
}

func (s *Service) setOwnProfile(ctx context.Context, tx *tenants.Tx, in setProfileIn) (profileJSON, error) {
	f := in.Body.facts()
	p, err := s.SetProfile(ctx, tx, Profile{Name: f.Name, StaffGroup: f.StaffGroup, Grade: f.Grade, RegisterBody: f.RegisterBody,
		RegisterNumber: f.RegisterNumber, BornOn: in.Body.BornOn, Phone: in.Body.Phone})
	return profileOut(p), err
}

type representationJSON struct {
	ID          tenants.ID `json:"id"`
	AgencyID    tenants.ID `json:"agency_id"`
	Agency      string     `json:"agency" example:"Meridian Medical"`
	Grade       string     `json:"grade"`
	Confirmed   bool       `json:"confirmed" doc:"False: it waits for the person's word."`
	ConfirmedAt *time.Time `json:"confirmed_at"`
	Archived    bool       `json:"archived" doc:"The agency has put its record away."`
}

func (s *Service) listOwn(ctx context.Context, tx *tenants.Tx, _ struct{}) (list openapi.List[representationJSON], err error) {
	waiting, err := s.Matches(ctx, tx)
	if err != nil {
		return list, err
	}
	confirmed, err := s.Mine(ctx, tx)
	if err != nil {
		return list, err
	}
	for _, m := range waiting {
		list.Data = append(list.Data, representationJSON{ID: m.ID, AgencyID: m.AgencyID, Agency: m.Agency, Grade: m.Grade})
	}
	names, err := s.agenciesOf(ctx, tx, confirmed)
	for _, r := range confirmed {
		list.Data = append(list.Data, representationOut(r, names[r.AgencyID]))
	}
	return list, err
}

func representationOut(r Representation, agency string) representationJSON {
	return representationJSON{ID: r.ID, AgencyID: r.AgencyID, Agency: agency, Grade: r.Grade, Confirmed: true, ConfirmedAt: &r.ConfirmedAt, Archived: r.Archived()}
}

func (s *Service) agenciesOf(ctx context.Context, tx *tenants.Tx, all []Representation) (map[tenants.ID]string, error) {
	ids := make([]tenants.ID, len(all))
	for i, r := range all {
		ids[i] = r.AgencyID
	}
	found, err := s.directory.Named(ctx, tx, ids...)
	names := make(map[tenants.ID]string, len(found))
	for id, o := range found {
		names[id] = o.Name
	}
	return names, err
}

func (s *Service) confirmOwn(ctx context.Context, tx *tenants.Tx, in workerIn) (representationJSON, error) {
	waiting, err := s.Matches(ctx, tx)
	if err != nil {
		return representationJSON{}, err
	}
	for _, m := range waiting {
		if m.ID == in.ID {
			r, err := s.Confirm(ctx, tx, m.AgencyID, m.ID)
			return representationOut(r, m.Agency), err
		}
	}
	return representationJSON{}, fault.ErrNotFound
}

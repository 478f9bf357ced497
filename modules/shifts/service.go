package shifts

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// The refusals of entering a shift.
var (
	ErrByRelease     = fault.New(fault.Forbidden, "employers_list_shifts", "Only employers list shifts. An agency finds those that it was told of among its releases, and a worker among their bookings.")
	ErrNotEmployer   = fault.New(fault.Forbidden, "employers_only", "Only the employer whose shifts these are takes them out as a file.")
	ErrWardUnknown   = fault.New(fault.Invalid, "ward_unknown", "There is no such ward.")
	ErrGradeUnknown  = fault.New(fault.Invalid, "grade_unknown", "There is no such grade.")
	ErrGroupMismatch = fault.New(fault.Invalid, "grade_of_other_group", "This grade belongs to another staff group.")
	ErrReasonUnknown = fault.New(fault.Invalid, "reason_unknown", "There is no such reason for cover.")
	ErrQuantity      = fault.New(fault.Invalid, "quantity_invalid", "Ask for 1 to 50 people.")
	ErrTooLong       = fault.New(fault.Invalid, "too_long", "This is too long.")
	ErrRefKnown      = fault.New(fault.Conflict, "external_ref_known", "There is a shift with this external reference already.")
)

const quantityMax = 50

// Service makes shifts and leads them through their lives.
type Service struct {
	places *places.Service
	packs  *packs.Service
}

// New makes the service.
func New(places *places.Service, packs *packs.Service) *Service {
	return &Service{places: places, packs: packs}
}

// Facts are what a person enters about a shift.
type Facts struct {
	WardID       tenants.ID
	StaffGroup   string // "" for the grade's own
	Grade        string
	Specialty    string
	Times        Times
	BreakMinutes int
	Reason       string
	CostCentre   string // "" for the ward's own
	Notes        string
}

// NewShift asks for cover.
type NewShift struct {
	Facts
	Source      string // form or api; "" is form
	ExternalRef string
	Quantity    int // 0 is 1
	Draft       bool
}

// Create makes a shift for each person asked for, in one statement; they share
// the external reference and have the places 1 to n. What it refuses names the
// boxes. An open shift whose start lies ahead is what the cascade takes up.
func (s *Service) Create(ctx context.Context, tx *tenants.Tx, n NewShift) ([]Shift, error) {
	n.Quantity = max(n.Quantity, 1)
	if n.Source == "" {
		n.Source = "form"
	}
	first, refused, err := s.made(ctx, tx, n.Facts)
	if err != nil {
		return nil, err
	}
	if n.Quantity > quantityMax {
		refused = append(refused, box("quantity", fmt.Sprint(n.Quantity), ErrQuantity))
	}
	if len([]rune(n.ExternalRef)) > refMax {
		refused = append(refused, tooLong("external_ref", n.ExternalRef, refMax))
	}
	if len(refused) > 0 {
		return nil, fault.ErrInvalid.With(refused...)
	}
	refs, err := takeRefs(ctx, tx, n.Quantity)
	if err != nil {
		return nil, err
	}
	rows, made := make([]Shift, n.Quantity), Created{}
	for i := range rows {
		rows[i] = first
		rows[i].ID, rows[i].Ref, rows[i].Place = tenants.NewID(), refs[i], i+1
		rows[i].Source, rows[i].ExternalRef = n.Source, strings.TrimSpace(n.ExternalRef)
		rows[i].CreatedAt, rows[i].CreatedBy = tx.Now, tx.Actor.Name
		if n.Draft {
			rows[i].Status = StatusDraft
		}
		made.IDs = append(made.IDs, rows[i].ID)
	}
	if err := insert(ctx, tx, rows); err != nil {
		if tenants.Violates(err, "shifts_external") {
			return nil, ErrRefKnown.With(box("external_ref", n.ExternalRef, ErrRefKnown)).Because(err)
		}
		return nil, fmt.Errorf("shifts: %w", err)
	}
	if n.Draft {
		return rows, nil
	}
	return rows, tx.Emit(made)
}

// made turns facts into a shift without id, or says which boxes are refused.
func (s *Service) made(ctx context.Context, tx *tenants.Tx, f Facts) (Shift, []fault.Field, error) {
	names, err := s.names(ctx, tx)
	if err != nil {
		return Shift{}, nil, err
	}
	shift := Shift{TenantID: tx.Me.ID, Status: StatusOpen, Place: 1, Version: 1,
		Specialty: strings.TrimSpace(f.Specialty), Notes: strings.TrimSpace(f.Notes), BreakMinutes: f.BreakMinutes}
	refused := names.place(&shift, f)
	if grade, ok := names.grades[f.Grade]; !ok {
		refused = append(refused, box("grade", f.Grade, ErrGradeUnknown))
	} else if shift.Grade, shift.StaffGroup = grade.Code, grade.StaffGroup; f.StaffGroup != "" && f.StaffGroup != grade.StaffGroup {
		refused = append(refused, box("grade", f.Grade, ErrGroupMismatch))
	}
	if shift.Reason = f.Reason; names.reasons[f.Reason].Code == "" {
		refused = append(refused, box("reason", f.Reason, ErrReasonUnknown))
	}
	for _, text := range []struct {
		box, text string
		max       int
	}{{"specialty", shift.Specialty, specialtyMax}, {"cost_centre", shift.CostCentre, costCentreMax}, {"notes", shift.Notes, notesMax}} {
		if len([]rune(text.text)) > text.max {
			refused = append(refused, tooLong(text.box, text.text, text.max))
		}
	}
	start, end, wrong := f.Times.Resolve()
	refused = append(refused, wrong...)
	if len(wrong) == 0 {
		shift.StartsAt, shift.EndsAt = start, end
		shift.Retrospective, shift.LeadMinutes = start.Before(tx.Now), lead(start, tx.Now)
		if !near(start, tx.Now) {
			refused = append(refused, box("date", f.Times.Date.String(), ErrDateFar))
		}
		if wrong := breakFits(f.BreakMinutes, start, end); wrong != nil {
			refused = append(refused, *wrong)
		}
	}
	return shift, refused, nil
}

func (n *names) place(shift *Shift, f Facts) []fault.Field {
	ward, ok := n.wards[f.WardID]
	if !ok {
		return []fault.Field{box("ward", "", ErrWardUnknown)}
	}
	shift.WardID, shift.SiteID, shift.CostCentre = ward.ID, ward.SiteID, strings.TrimSpace(f.CostCentre)
	if shift.CostCentre == "" {
		shift.CostCentre = ward.CostCentre
	}
	return nil
}

func tooLong(name, value string, most int) fault.Field {
	f := box(name, value, ErrTooLong)
	f.Text = fmt.Sprintf("Write at most %d characters.", most)
	return f
}

// Get finds a shift by its id or its reference, whichever a URL carries.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, idOrRef string) (Shift, error) {
	return byIDOrRef(ctx, tx, idOrRef)
}

// Lock reads a shift and holds it until the unit of work ends. Every verb that
// decides about a shift begins here.
func (s *Service) Lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Shift, error) {
	return lock(ctx, tx, id)
}

// Open publishes a draft: its lead time counts from now.
func (s *Service) Open(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Shift, error) {
	shift, err := s.moved(ctx, tx, id, StatusOpen, "")
	if err != nil {
		return Shift{}, err
	}
	return shift, tx.Emit(Created{IDs: []tenants.ID{id}})
}

// Fill says that somebody is booked on the shift.
func (s *Service) Fill(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Shift, error) {
	shift, err := s.moved(ctx, tx, id, StatusFilled, "")
	if err != nil {
		return Shift{}, err
	}
	return shift, tx.Emit(Filled{ID: id})
}

// Cancel ends a shift that is no longer needed, for a reason that is kept. What
// hangs on it (proposals, a booking, the cascade) is the caller's to end.
func (s *Service) Cancel(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string) (Shift, error) {
	why, err := said(why)
	if err != nil {
		return Shift{}, err
	}
	shift, err := s.moved(ctx, tx, id, StatusCancelled, why)
	if err != nil {
		return Shift{}, err
	}
	return shift, tx.Emit(Cancelled{ID: id})
}

func (s *Service) moved(ctx context.Context, tx *tenants.Tx, id tenants.ID, to Status, why string) (Shift, error) {
	shift, err := lock(ctx, tx, id)
	if err != nil {
		return Shift{}, err
	}
	if err := shift.move(to, why, tx.Now); err != nil {
		return Shift{}, err
	}
	if to == StatusOpen {
		shift.Retrospective, shift.LeadMinutes = shift.StartsAt.Before(tx.Now), lead(shift.StartsAt, tx.Now)
	}
	return shift, saveState(ctx, tx, &shift)
}

// Expire ends those of the shifts that are still open, set-wise, and says which.
// The caller knows that they have begun.
func (s *Service) Expire(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) ([]tenants.ID, error) {
	ended, err := expire(ctx, tx, ids)
	if err != nil || len(ended) == 0 {
		return nil, err
	}
	return ended, tx.Emit(Expired{IDs: ended})
}

// Amend changes what a shift asks for. It is for the caller who has made sure
// that nobody has been told of the shift: cascade.Amend is the verb that people
// use. A version other than 0 must be the shift's own.
func (s *Service) Amend(ctx context.Context, tx *tenants.Tx, id tenants.ID, version int64, f Facts) (Shift, error) {
	shift, err := lock(ctx, tx, id)
	if err != nil {
		return Shift{}, err
	}
	if version != 0 && version != shift.Version {
		return Shift{}, openapi.ErrChanged
	}
	if shift.Status != StatusDraft {
		if err := shift.Fillable(); err != nil {
			return Shift{}, err
		}
	}
	next, refused, err := s.made(ctx, tx, f)
	if err != nil {
		return Shift{}, err
	}
	if len(refused) > 0 {
		return Shift{}, fault.ErrInvalid.With(refused...)
	}
	shift.SiteID, shift.WardID, shift.StaffGroup, shift.Grade, shift.Specialty = next.SiteID, next.WardID, next.StaffGroup, next.Grade, next.Specialty
	shift.StartsAt, shift.EndsAt, shift.BreakMinutes = next.StartsAt, next.EndsAt, next.BreakMinutes
	shift.Reason, shift.CostCentre, shift.Notes = next.Reason, next.CostCentre, next.Notes
	shift.Retrospective, shift.LeadMinutes = next.Retrospective, lead(next.StartsAt, shift.CreatedAt)
	shift.Version++
	if err := saveFacts(ctx, tx, &shift); err != nil {
		return Shift{}, err
	}
	return shift, tx.Emit(Amended{ID: id})
}

package cascade

import (
	"context"
	"fmt"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/modules/agencies"
	"wardbridge/modules/places"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// ErrReleased refuses to change a shift that agencies have been told of.
var ErrReleased = fault.New(fault.Conflict, "shift_released", "Agencies have been told of this shift, so it can no longer be changed. Cancel it and ask again.")

// Service plans, releases and explains.
type Service struct {
	shifts   *shifts.Service
	agencies *agencies.Service
	places   *places.Service
}

// New makes the service.
func New(shifts *shifts.Service, agencies *agencies.Service, places *places.Service) *Service {
	return &Service{shifts: shifts, agencies: agencies, places: places}
}

// Listen plans what is created, closes what an ended agreement leaves open, and
// takes on the due work of the cascade.
func (s *Service) Listen(bus *events.Bus, queue *jobs.Queue) {
	events.On(bus, "cascade.plan", func(ctx context.Context, tx *tenants.Tx, e shifts.Created) error {
		return s.Plan(ctx, tx, e.IDs)
	})
	events.On(bus, "cascade.end", func(ctx context.Context, tx *tenants.Tx, e agencies.Ended) error {
		return closeAgency(ctx, tx, e.Agency)
	})
	jobs.OnDue(queue, dueStep, s.onStep)
	jobs.OnDue(queue, dueExpire, s.onExpire)
}

// Rule is the rule that new shifts are planned by. An employer that has set none
// is given the default, as its first version.
func (s *Service) Rule(ctx context.Context, tx *tenants.Tx) (Rule, error) {
	r, err := currentRule(ctx, tx)
	if tenants.NoRows(err) {
		return s.SetDefaultRule(ctx, tx)
	}
	if err != nil {
		return Rule{}, fmt.Errorf("cascade rule: %w", err)
	}
	return r, nil
}

// SetDefaultRule gives an employer the default bands.
func (s *Service) SetDefaultRule(ctx context.Context, tx *tenants.Tx) (Rule, error) {
	return s.SetRule(ctx, tx, 0, "Standard", DefaultBands())
}

// SetRule makes a new version of the rule, for shifts created from now on. A
// version other than 0 must be the one that is replaced.
func (s *Service) SetRule(ctx context.Context, tx *tenants.Tx, version int, name string, bands []Band) (Rule, error) {
	if err := checkBands(bands); err != nil {
		return Rule{}, err
	}
	if name == "" {
		name = "Standard"
	}
	last, err := currentRule(ctx, tx)
	if err != nil && !tenants.NoRows(err) {
		return Rule{}, fmt.Errorf("cascade rule: %w", err)
	}
	if version != 0 && version != last.Version {
		return Rule{}, openapi.ErrChanged
	}
	r := Rule{OwnerID: tx.Me.ID, ID: tenants.NewID(), Version: last.Version + 1, Name: name, Bands: bands, ValidFrom: tx.Now, CreatedAt: tx.Now}
	if err := insertRule(ctx, tx, &r); err != nil {
		if tenants.Violates(err, "cascade_rules_owner_id_version_key") {
			return Rule{}, openapi.ErrChanged.Because(err)
		}
		return Rule{}, fmt.Errorf("cascade rule: %w", err)
	}
	return r, nil
}

// wave is what shares a plan.
type wave struct {
	group string
	start time.Time
	lead  int
	from  time.Time
}

// Plan plans open shifts whose start lies ahead and that have no plan yet: asked
// again, it changes nothing. It is called for every Created event; a page that
// wants to show the plan at once calls it in the unit of work that creates.
func (s *Service) Plan(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) error {
	facts, err := s.shifts.Facts(ctx, tx, ids)
	if err != nil {
		return err
	}
	known, err := planned(ctx, tx, ids)
	if err != nil {
		return err
	}
	waves := map[wave][]shifts.Shift{}
	for _, id := range ids {
		sh, seen := facts[id]
		if !seen || known[id] || sh.Status != shifts.StatusOpen || !sh.StartsAt.After(tx.Now) {
			continue
		}
		w := wave{sh.StaffGroup, sh.StartsAt, sh.LeadMinutes, began(sh)}
		waves[w] = append(waves[w], sh)
	}
	return s.plan(ctx, tx, waves)
}

// began is when a shift's lead time was taken: its creation, or for a draft the
// moment in which it was opened.
func began(sh shifts.Shift) time.Time {
	if int(sh.StartsAt.Sub(sh.CreatedAt)/time.Minute) == sh.LeadMinutes {
		return sh.CreatedAt
	}
	return sh.StartsAt.Add(-minutes(sh.LeadMinutes))
}

func (s *Service) plan(ctx context.Context, tx *tenants.Tx, waves map[wave][]shifts.Shift) error {
	if len(waves) == 0 {
		return nil
	}
	keys := make([]wave, 0, len(waves))
	for w := range waves {
		keys = append(keys, w)
	}
	ids, err := s.makePlans(ctx, tx, keys)
	if err != nil {
		return err
	}
	for i, w := range keys {
		for _, sh := range waves[w] {
			if err := follow(ctx, tx, sh.ID, ids[i], sh.Grade); err != nil {
				return err
			}
		}
	}
	return nil
}

// makePlans writes a plan for each wave, its steps and its due work, each in one
// statement whatever their number. The bank's step is done as it is written.
func (s *Service) makePlans(ctx context.Context, tx *tenants.Tx, waves []wave) ([]tenants.ID, error) {
	rule, err := s.Rule(ctx, tx)
	if err != nil {
		return nil, err
	}
	placed, err := s.agencies.Tiers(ctx, tx, "", civil.Date{})
	if err != nil {
		return nil, err
	}
	tiers := map[string]int{}
	for _, p := range placed {
		tiers[p.StaffGroup] = max(tiers[p.StaffGroup], p.Tier)
	}
	ids, steps := make([]tenants.ID, len(waves)), make([][]Step, len(waves))
	var next, ends []jobs.Due
	for i, w := range waves {
		ids[i] = tenants.NewID()
		steps[i] = rule.Plan(w.lead, w.from, w.start, tiers[w.group])
		if len(steps[i]) > 1 {
			next = append(next, jobs.Due{Subject: ids[i], DueAt: steps[i][1].DueAt})
		}
		ends = append(ends, jobs.Due{Subject: ids[i], DueAt: w.start})
	}
	if err := insertPlans(ctx, tx, rule.ID, ids, waves, steps); err != nil {
		return nil, err
	}
	if err := jobs.AtAll(ctx, tx, dueStep, next); err != nil {
		return nil, err
	}
	return ids, jobs.AtAll(ctx, tx, dueExpire, ends)
}

// PlanImport plans the shifts of a file in the unit of work that applies it: a
// plan for each staff group and start, and one statement that lets every shift
// follow its plan. Shifts that the file has changed begin anew from now.
func (s *Service) PlanImport(ctx context.Context, tx *tenants.Tx, file *shifts.Importing) error {
	found, err := file.Waves(ctx, tx)
	if err != nil {
		return err
	}
	if err := unfollow(ctx, tx, file.Taken(tx)); err != nil {
		return err
	}
	waves := make([]wave, 0, len(found))
	for _, w := range found {
		waves = append(waves, wave{w.StaffGroup, w.StartsAt, int(w.StartsAt.Sub(tx.Now) / time.Minute), tx.Now})
	}
	if len(waves) == 0 {
		return nil
	}
	ids, err := s.makePlans(ctx, tx, waves)
	if err != nil {
		return err
	}
	return followAll(ctx, tx, file.Taken(tx), ids, waves)
}

// Amend changes what a shift asks for, as long as nobody has been told of it, and
// plans it anew from now.
func (s *Service) Amend(ctx context.Context, tx *tenants.Tx, id tenants.ID, version int64, f shifts.Facts) (shifts.Shift, error) {
	before, err := s.shifts.Lock(ctx, tx, id)
	if err != nil {
		return shifts.Shift{}, err
	}
	if err := holdCascade(ctx, tx, id); err != nil { // a sweep that is telling agencies now goes first
		return shifts.Shift{}, err
	}
	told, err := s.Told(ctx, tx, []tenants.ID{id})
	if err != nil {
		return shifts.Shift{}, err
	}
	if told[id] {
		return shifts.Shift{}, ErrReleased
	}
	sh, err := s.shifts.Amend(ctx, tx, id, version, f)
	if err != nil {
		return shifts.Shift{}, err
	}
	if sh.StartsAt.Equal(before.StartsAt) && sh.StaffGroup == before.StaffGroup && sh.Grade == before.Grade {
		return sh, nil
	}
	if err := leave(ctx, tx, id); err != nil {
		return shifts.Shift{}, err
	}
	if sh.Status != shifts.StatusOpen || !sh.StartsAt.After(tx.Now) {
		return sh, nil
	}
	return sh, s.plan(ctx, tx, map[wave][]shifts.Shift{{sh.StaffGroup, sh.StartsAt, sh.LeadMinutes, tx.Now}: {sh}})
}

// Told says which of the shifts agencies have been told of, ever. It costs two reads.
func (s *Service) Told(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]bool, error) {
	return toldOf(ctx, tx, ids)
}

// Stop ends the cascade of a shift that the caller holds and has ended: what is
// open to agencies closes, and nothing more opens. A shift that does not cascade
// is left as it is.
func (s *Service) Stop(ctx context.Context, tx *tenants.Tx, shift tenants.ID, why shifts.Status) error {
	return s.stop(ctx, tx, []tenants.ID{shift}, why)
}

func (s *Service) stop(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, why shifts.Status) error {
	plans, err := stopCascades(ctx, tx, ids, why)
	if err != nil || len(plans) == 0 {
		return err
	}
	over, err := stopEmptyPlans(ctx, tx, plans)
	if err != nil {
		return err
	}
	for _, plan := range over {
		if err := jobs.Drop(ctx, tx, "", plan); err != nil {
			return err
		}
	}
	return nil
}

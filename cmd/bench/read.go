package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// underWay is how many requests a closed loop keeps under way.
const underWay = 16

// shiftRow is a shift as the raw limit reads it: every column that the API gives.
type shiftRow struct {
	ID            tenants.ID `json:"id"`
	Ref           string     `json:"ref"`
	Status        string     `json:"status"`
	Source        string     `json:"source"`
	ExternalRef   *string    `json:"external_ref"`
	Place         int        `json:"place"`
	SiteID        tenants.ID `json:"site_id"`
	WardID        tenants.ID `json:"ward_id"`
	StaffGroup    string     `json:"staff_group"`
	Grade         string     `json:"grade"`
	Specialty     string     `json:"specialty"`
	StartsAt      time.Time  `json:"starts_at"`
	EndsAt        time.Time  `json:"ends_at"`
	BreakMinutes  int        `json:"break_minutes"`
	Reason        string     `json:"reason"`
	CostCentre    string     `json:"cost_centre"`
	Notes         string     `json:"notes"`
	Retrospective bool       `json:"retrospective"`
	LeadMinutes   int        `json:"lead_minutes"`
	CreatedAt     time.Time  `json:"created_at"`
	CreatedBy     string     `json:"created_by"`
	EndedAt       *time.Time `json:"ended_at"`
	EndedWhy      string     `json:"ended_why"`
	Version       int64      `json:"version"`
}

const shiftSQL = `select id, ref, status, source, external_ref, place, site_id, ward_id, staff_group, grade, specialty, starts_at, ends_at,
	break_minutes, reason, cost_centre, notes, retrospective, lead_minutes, created_at, created_by, ended_at, ended_why, version
	from shifts where id = $1`

// bare is a Fiber app with one handler and nothing else.
func bare(path string, handler fiber.Handler) (url string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get(path, handler)
	go func() { _ = app.Listener(l) }()
	return "http://" + l.Addr().String(), app.Shutdown, nil
}

// read is the API's read of one shift, through key, permission, unit of work,
// walls and schema, against the same row by pgx in a bare Fiber handler.
func read(ctx context.Context, w *world, s settings) (r result, err error) {
	var ours, raw []call
	url, stop, err := bare("/shifts/:id", func(c *fiber.Ctx) error {
		rows, err := w.raw.Query(c.UserContext(), shiftSQL, c.Params("id"))
		if err != nil {
			return err
		}
		one, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[shiftRow])
		if err != nil {
			return err
		}
		return c.JSON(one)
	})
	if err != nil {
		return r, err
	}
	defer func() { _ = stop() }()
	for _, t := range w.trusts {
		ids, err := w.some(ctx, t, 10)
		if err != nil {
			return r, err
		}
		for _, id := range ids {
			ours = append(ours, call{url: w.url + "/v1/shifts/" + id.String(), header: "Authorization", value: "Bearer " + t.key})
			raw = append(raw, call{url: url + "/shifts/" + id.String()})
		}
	}
	loop := func(calls []call, c *cost) func(int) (float64, error) {
		return func(int) (float64, error) {
			return w.charged(ctx, c, func() (float64, error) { return closed(calls, underWay, time.Duration(s.seconds*float64(time.Second))) })
		}
	}
	var costs, rawCosts cost
	for _, calls := range [][]call{ours, raw} { // connections, caches and prepared statements
		if _, err := closed(calls, underWay, time.Second); err != nil {
			return r, err
		}
	}
	o, l, err := s.takeTurns("read", loop(ours, &costs), loop(raw, &rawCosts))
	if err != nil {
		return r, err
	}
	return result{what: "API read of one shift, requests/s", ours: fmt.Sprintf("%.0f /s", median(o)), raw: fmt.Sprintf("%.0f /s", median(l)),
		ratio: median(o) / median(l), bar: 0.25, atLeast: true, notes: []string{turnsText(o, l, "requests/s"),
			fmt.Sprintf("processor time a request, with the load generator's: ours %s, raw %s; ratio %.2f", costs, rawCosts,
				rawCosts.each(rawCosts.own+rawCosts.database)/costs.each(costs.own+costs.database))}}, nil
}

// some gives ids of shifts of a tenant.
func (w *world) some(ctx context.Context, t trust, n int) (ids []tenants.ID, err error) {
	return ids, w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
		rows, _, err := w.Shifts.List(ctx, tx, shifts.Filter{Limit: n})
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return err
	})
}

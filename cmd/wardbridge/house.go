package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/migrations"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/assets"
)

// House is the service put together.
type House struct {
	services
	config Config
	log    *slog.Logger
	db     *tenants.DB
	bus    *events.Bus
	queue  *jobs.Queue
	door   *door.Door
	api    *openapi.Router
	site   *web.Site
	app    *fiber.App
}

// build puts the house together; the order of lines is the order of floors.
func build(ctx context.Context, c Config, u urls) (*House, error) {
	if err := migrations.Fits(ctx, u.app); err != nil {
		return nil, err
	}
	db, err := tenants.Open(ctx, tenants.Config{App: u.app, Platform: u.platform, MaxConns: c.MaxConns})
	if err != nil {
		return nil, err
	}
	h := &House{config: c, log: c.logger(), db: db, bus: events.New()}
	gate, err := rbac.NewGate()
	if err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	if h.queue, err = jobs.New(ctx, db, u.queue, h.bus, h.log); err != nil {
		return nil, errors.Join(fmt.Errorf("WARDBRIDGE_QUEUE_URL: %w", err), h.Close(ctx))
	}
	db.Deliver(h.queue)
	h.door = door.New(db, gate)
	if h.services, err = furnish(h, gate); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	h.api = openapi.New(h.door, h.log, openapi.Info{Title: "Wardbridge", Version: "1", Description: apiWords})
	h.services.routes(h.api)
	built, err := assets.Load()
	if err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	h.site = web.New(h.door, built, h.log)
	h.services.pages(h)
	h.app = h.mount()
	return h, nil
}

const apiWords = "Shifts, proposals, bookings, timesheets and self-billing, for bank systems, rosters, agencies and finance. " +
	"Money is whole pence in fields that end in `_pence`; rates are strings of pounds an hour with four places; times are RFC 3339 with an offset. " +
	"Another party's row answers 404, as one that does not exist."

func (h *House) mount() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "wardbridge", DisableStartupMessage: true, Immutable: true, StreamRequestBody: true, DisablePreParseMultipartForm: true,
		BodyLimit: 300 << 20, ReadTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, ReadBufferSize: 16 << 10,
		UnescapePath: false, ErrorHandler: h.lastResort,
	})
	app.Use(openapi.Guard())
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", h.ready)
	h.api.Mount(app)
	h.site.Mount(app)
	return app
}

func (h *House) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	if err := h.db.Ready(ctx); err != nil {
		h.log.Error("not ready", "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("the database does not answer\n")
	}
	return c.SendString("ready\n")
}

// lastResort answers what neither a page nor an operation could: a request that
// could not even be read.
func (h *House) lastResort(c *fiber.Ctx, err error) error {
	var e *fiber.Error
	if errors.As(err, &e) {
		return c.Status(e.Code).SendString(e.Message + "\n")
	}
	h.log.Error("request failed", "path", c.Path(), "error", err)
	return c.Status(fiber.StatusInternalServerError).SendString("Something went wrong on our side.\n")
}

// Serve answers requests until the context ends, and lets those under way finish.
func (h *House) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- h.app.Listener(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return h.app.ShutdownWithTimeout(20 * time.Second)
	}
}

// Work does jobs and due work until the context ends; what runs then finishes
// or goes back to the queue.
func (h *House) Work(ctx context.Context) error {
	if err := h.queue.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return h.queue.Stop(stop)
}

// Close lets go of the database.
func (h *House) Close(ctx context.Context) error {
	var err error
	if h.queue != nil {
		err = h.queue.Stop(ctx)
	}
	h.db.Close()
	return err
}

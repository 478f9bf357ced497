// Package house puts the service together: configuration, database, rooms,
// operations and pages. Its order of lines is the order of the floors.
package house

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
	Services
	Config Config
	Log    *slog.Logger
	DB     *tenants.DB
	Bus    *events.Bus
	Queue  *jobs.Queue
	Door   *door.Door
	API    *openapi.Router
	Site   *web.Site
	App    *fiber.App
}

// Build puts the house together; the order of lines is the order of floors.
func Build(ctx context.Context, c Config, u URLs) (*House, error) {
	if err := migrations.Fits(ctx, u.App); err != nil {
		return nil, err
	}
	db, err := tenants.Open(ctx, tenants.Config{App: u.App, Platform: u.Platform, MaxConns: c.MaxConns})
	if err != nil {
		return nil, err
	}
	h := &House{Config: c, Log: c.Logger(), DB: db, Bus: events.New()}
	gate, err := rbac.NewGate()
	if err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	if h.Queue, err = jobs.New(ctx, db, u.Queue, h.Bus, h.Log); err != nil {
		return nil, errors.Join(fmt.Errorf("WARDBRIDGE_QUEUE_URL: %w", err), h.Close(ctx))
	}
	db.Deliver(h.Queue)
	h.Door = door.New(db, gate)
	if h.Services, err = furnish(h, gate); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	h.API = openapi.New(h.Door, h.Log, openapi.Info{Title: "Wardbridge", Version: "1", Description: apiWords})
	h.Services.routes(h.API)
	built, err := assets.Load()
	if err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	h.Site = web.New(h.Door, built, h.Log)
	h.Services.pages(h)
	h.App = h.mount()
	return h, nil
}

const apiWords = "Shifts, proposals, bookings, timesheets and self-billing, for bank systems, rosters, agencies and finance. " +
	"Money is whole pence in fields that end in `_pence`; rates are strings of pounds an hour with four places; times are RFC 3339 with an offset. " +
	"Another party's row answers 404, as one that does not exist."

func (h *House) mount() *fiber.App {
	forwarded := "" // the peer's own address
	if len(h.Config.Proxies) > 0 {
		forwarded = fiber.HeaderXForwardedFor
	}
	app := fiber.New(fiber.Config{
		ProxyHeader: forwarded,
		AppName:     "wardbridge", DisableStartupMessage: true, Immutable: true, StreamRequestBody: true, DisablePreParseMultipartForm: true,
		BodyLimit: 300 << 20, ReadTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, ReadBufferSize: 16 << 10,
		UnescapePath: false, EnableTrustedProxyCheck: true, TrustedProxies: h.Config.Proxies, EnableIPValidation: true, ErrorHandler: h.lastResort,
	})
	app.Use(openapi.Guard())
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", h.ready)
	h.API.Mount(app)
	h.Site.Mount(app)
	return app
}

func (h *House) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	if err := h.DB.Ready(ctx); err != nil {
		h.Log.Error("not ready", "error", err)
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
	h.Log.Error("request failed", "path", c.Path(), "error", err)
	return c.Status(fiber.StatusInternalServerError).SendString("Something went wrong on our side.\n")
}

// Serve answers requests until the context ends, and lets those under way finish.
func (h *House) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- h.App.Listener(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return h.App.ShutdownWithTimeout(20 * time.Second)
	}
}

// Work does jobs and due work until the context ends; what runs then finishes
// or goes back to the queue.
func (h *House) Work(ctx context.Context) error {
	if err := h.Queue.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return h.Queue.Stop(stop)
}

// Close lets go of the database.
func (h *House) Close(ctx context.Context) error {
	var err error
	if h.Queue != nil {
		err = h.Queue.Stop(ctx)
	}
	h.DB.Close()
	return err
}

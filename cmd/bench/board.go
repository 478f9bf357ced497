package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

const boardRate = 50 // requests a second

// board is the page of 25 of the vacancy board, against the very statements that
// the page runs, overheard from the server, sent by pgx in one handler: prepared,
// past the walls, in no transaction and with nothing made of the rows.
func board(ctx context.Context, w *world, s settings) (r result, err error) {
	ours := make([]call, len(w.trusts))
	for i, t := range w.trusts {
		ours[i] = call{url: w.url + "/e/" + t.code + "/shifts?rows=25", header: "Cookie", value: "wb_session=" + t.session, id: fmt.Sprintf("bench-board-%d", i)}
		page, err := ask(ours[i])
		if err != nil {
			return r, err
		}
		if rows := strings.Count(string(page), "/e/"+t.code+"/shifts/TR"); rows < 25 {
			return r, fmt.Errorf("the board of %s shows %d shifts", t.code, rows)
		}
	}
	log, err := w.overheard(ctx, func() error {
		for _, c := range ours {
			if _, err := ask(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	pages := make([][]string, len(ours))
	for i, c := range ours {
		if pages[i], err = statementsOf(log, c.id); err != nil {
			return r, err
		}
		ours[i].id = ""
	}
	url, stop, err := bare("/board/:n", w.replay(pages))
	if err != nil {
		return r, err
	}
	defer func() { _ = stop() }()
	raw := make([]call, len(pages))
	for i := range pages {
		raw[i] = call{url: url + "/board/" + strconv.Itoa(i)}
	}
	at := func(calls []call) func(int) (float64, error) {
		return func(int) (float64, error) {
			took, err := steady(ctx, calls, boardRate, time.Duration(2*s.seconds*float64(time.Second)))
			return percentile(took, 99), err
		}
	}
	for _, calls := range [][]call{ours, raw} {
		if _, err := closed(calls, underWay, 2*time.Second); err != nil { // every connection learns every statement
			return r, err
		}
	}
	o, l, err := s.takeTurns("board", at(ours), at(raw))
	if err != nil {
		return r, err
	}
	return result{what: fmt.Sprintf("board page of 25 at %d requests/s, p99", boardRate), ours: fmt.Sprintf("%.1f ms", median(o)), raw: fmt.Sprintf("%.1f ms", median(l)),
		ratio: median(o) / median(l), bar: 3, notes: []string{turnsText(o, l, "p99 in ms"), fmt.Sprintf("%d statements a page", len(pages[0]))}}, nil
}

// replay sends the statements of a page and passes the rows on as they come.
func (w *world) replay(pages [][]string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, err := c.ParamsInt("n")
		if err != nil || n < 0 || n >= len(pages) {
			return fiber.ErrNotFound
		}
		conn, err := w.raw.Acquire(c.UserContext())
		if err != nil {
			return err
		}
		defer conn.Release()
		var body []byte
		for _, statement := range pages[n] {
			rows, err := conn.Query(c.UserContext(), statement)
			if err != nil {
				return err
			}
			for rows.Next() {
				for _, value := range rows.RawValues() {
					body = append(append(body, value...), ',')
				}
				body = append(body, '\n')
			}
			if rows.Close(); rows.Err() != nil {
				return rows.Err()
			}
		}
		return c.Send(body)
	}
}

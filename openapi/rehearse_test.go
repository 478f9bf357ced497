package openapi

import (
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestDryRun_answersAsTheActAndKeepsNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

	tried := l.do(t, "POST", "/v1/shifts", admin, `{"note":"a"}`, "Idempotency-Key", "k1", "Dry-Run", "true")
	done := l.do(t, "POST", "/v1/shifts", admin, `{"note":"a"}`, "Idempotency-Key", "k1")
	repeated := l.do(t, "POST", "/v1/shifts", admin, `{"note":"a"}`, "Idempotency-Key", "k1", "Dry-Run", "true")

	if tried.status != 201 || tried.header.Get("Dry-Run") != "true" {
		t.Errorf("tried: %d %v %s", tried.status, tried.header, tried.text)
	}
	if done.status != 201 || done.header.Get("Dry-Run") != "" || done.header.Get("Idempotent-Replay") != "" || l.runs.Load() != 2 {
		t.Errorf("done: %d %v after %d runs; the dry run was kept", done.status, done.header, l.runs.Load())
	}
	if repeated.header.Get("Idempotent-Replay") != "true" || repeated.text != done.text {
		t.Errorf("a dry run of what was done answers %s, not %s", repeated.text, done.text)
	}
}

func TestDryRun_refusesAsTheActDoes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

	l.do(t, "POST", "/v1/shifts", admin, `{"note":"refuse"}`, "Idempotency-Key", "k1", "Dry-Run", "true").is(t, 409, "shift_full")
	l.do(t, "POST", "/v1/shifts", admin, `{}`, "Idempotency-Key", "k2", "Dry-Run", "yes").is(t, 400, "dry_run_unclear")

	if l.runs.Load() != 1 {
		t.Errorf("%d runs; what was asked for unclearly was done", l.runs.Load())
	}
}

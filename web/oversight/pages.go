// Package oversight holds the pages that show what happened: to every party the
// audit of its rows, and to platform staff the background jobs.
package oversight

import (
	"wardbridge/modules/oversight"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/web"
)

// Deps are the services that these pages show and act through.
type Deps struct{ Oversight *oversight.Service }

type pages struct{ Deps }

// Pages registers them. An organisation finds its audit among its settings, a
// worker among the notices.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	for _, a := range []struct{ path, as, org string }{
		{"/e/{org}", "admin@kingsmere.example", "kingsmere"}, {"/a/{org}", "agency@meridian.example", "meridian"},
		{"/p/{org}", "practice@elmtree.example", "elmtree"}, {"/me", "nurse@worker.example", ""}, {"/platform", "staff@wardbridge.example", ""},
	} {
		web.Get(s, a.path+"/audit", rbac.AuditRead, "Audit", p.audit, example(a.as, a.org))
	}
	staff := example("staff@wardbridge.example", "")
	web.Get(s, "/platform/jobs", rbac.JobRead, "Jobs", p.jobs, staff)
	web.Post(s, "/platform/jobs/{id}/retry", rbac.JobRetry, "Jobs", p.retry, p.retryAgain, web.Typed(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "staff@wardbridge.example", Path: map[string]string{"id": w.ID("wardbridge.job.failed")}}
	}, nil))
	s.Nav("platform", 20, "Jobs", "/jobs", rbac.JobRead, "", nil)
	s.Nav("platform", 30, "Audit", "/audit", rbac.AuditRead, "", nil)
}

func example(as, org string) web.Option {
	return web.Example(func(openapi.World) openapi.Call {
		call := openapi.Call{As: as}
		if org != "" {
			call.Path = map[string]string{"org": org}
		}
		return call
	})
}

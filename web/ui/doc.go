// Package ui is the component library of the pages: typed templ components
// that take plain values and know nothing of organisations, modules or HTTP.
// They hold no style and no script of their own, because the content policy
// forbids both: the look is in web/scss, and every component works with scripts
// switched off. Gallery shows them all.
//
// One green button ("primary") a page, everything else "plain". A page has one
// h1: PageHead, ScheduleBand, Confirmation and SignInCard each bring one.
//
// # The page
//
//	@ui.Page(ui.Frame{Title: "Vacancy board", Organisation: "Kingsmere University Hospitals", Audience: "employer", Nav: nav, Person: "Priya Raman", SignOut: "/signout", CSRF: token, Flash: flash, CSS: css, JS: js, Font: font, Now: now, SkipTo: "results", Landscape: true}) { ... }
//	@ui.BackLink("Vacancy board", "/e/kingsmere/shifts")
//	@ui.PageHead("Vacancy board", "Medicine division") { @ui.ButtonLink("Create shift", "/e/kingsmere/shifts/new", "primary") }
//	@ui.Live("Live, updated 10:42")
//	@ui.FlashBanner(ui.Flash{Kind: "success", Title: "Tier 2 is open", Text: "9 agencies were told."})
//	@ui.Metrics([]ui.Metric{{Label: "Open shifts", Value: "42", Note: "12 wards", Href: "?view=open"}})
//	@ui.Tabs("Shift views", []ui.Tab{{Text: "Open", Href: "?view=open", Count: "42", Current: true}})
//	@ui.Columns("rail-right") { @ui.Side() { ... } @ui.StickySide() { ... } }   // also "rail-left", "halves"
//	@ui.Panel("Shift details", "11h 30m") { ... }
//	@ui.PanelFlush("Lines", "12") { @ui.Table(...) { ... } }
//	@ui.PanelLink("Shift details", ui.Link{Text: "Audit trail", Href: "..."}) { ... }
//	@ui.Notice("warning", "Two agencies are paused.", "They are not told.") { }
//	@ui.Empty("No shifts yet", "Shifts come from your roster.", "/e/kingsmere/shifts/new", "Create a shift")
//	@ui.Confirmation("Proposal sent", "The ward has been told.", "KUH-40841")
//	@ui.SignInCard("Sign in") { ... }
//
// # Lists
//
//	@ui.Results("results", "Shifts") { filters, chips, table and pager }
//	@ui.FilterBar("/e/kingsmere/shifts", 2) { @ui.FilterText("Search", "q", q, "Ward or reference") }
//	@ui.FilterSelect("Site", "site", site, options)
//	@ui.FilterDate("From", "from", "2026-11-23")
//	@ui.FilterHidden("view", "open")
//	@ui.Chips(ui.ChipBar{Summary: "12 of 42 shifts.", Chips: []ui.Chip{{Text: "Next 7 days", Remove: "?"}}, Clear: "?", Aside: "Sorted by start"})
//	@ui.BulkBar("shift") { @ui.ButtonWith(ui.ButtonOptions{Text: "Release", Kind: "plain", FormAction: "/check"}) }   // inside the Form around the table
//	@ui.Table("Open shifts", []ui.Column{{Text: "Select all", Kind: "select"}, {Text: "Shift", Href: "?sort=start", Sort: "asc"}}, "board") { ... }   // also "list", "plain"
//	@ui.TableBody() { rows }
//	@ui.DayGroup("Today, Monday 23 November", "4 open", 9) { rows }
//	@ui.Row(ui.RowOptions{Urgent: true}) { cells }
//	@ui.SelectCell("shift", "KUH-40841", "Select KUH-40841")
//	@ui.TableCell(ui.Cell{Kind: "time", Label: "Shift", Text: "07:00 to 19:30", Note: "11h 30m", Strong: true})   // children come before the text
//	@ui.StatusTag("To review")
//	@ui.Tag("orange", "5h 18m left")
//	@ui.New("2 new")
//	@ui.Pager(ui.Pages{Summary: "1 to 50 of 120", Next: "?cursor=...", Exports: []ui.Link{{Text: "CSV", Href: "..."}}})
//	@ui.Steps([]ui.Step{{Text: "Upload", State: "done"}, {Text: "Check", State: "now"}})
//	@ui.Progress(1240, 5000, "1,240 of 5,000 rows, 3 errors")
//	@ui.Poll("/e/kingsmere/imports/7/progress", "progress") { ... }   // the answer holds a Poll again until it is done
//	@ui.PollPage("/e/kingsmere/imports/7", "run") { ... }   // the same for a whole page: its element of that id is taken
//	@ui.RowErrors("Refused rows", []ui.RowError{{Row: "14", Column: "ward", Value: "WD7", Message: "Unknown ward."}})
//
// # Facts
//
//	@ui.CascadeChips([]ui.CascadeChip{{Label: "Bank", State: "done"}, {Label: "T1", State: "now"}})   // done, now, later, filled, held
//	@ui.Timeline([]ui.TimelineItem{{Title: "Tier 1", When: "Mon 13:12", Text: "6 agencies told.", State: "now", Body: buttons()}})
//	@ui.Compare("Proposals", []ui.CompareColumn{{Title: "Grace Mensah", Best: true}}, []ui.CompareRow{{Label: "Charge", Cells: []ui.CompareCell{{Text: "£34.60"}}}})
//	@ui.Facts([]ui.Fact{{Label: "When", Value: "Tue 24 Nov 2026", Note: "07:00 to 19:30"}})
//	@ui.Ticks([]ui.Tick{{State: "ok", Text: "Registration checked"}})   // ok, warn, no
//	@ui.Countdown("2026-11-23T16:00:00Z", "5h 18m")
//	@ui.RateTable("How the charge is made up", []ui.RateRow{{Part: "Pay to worker", Hour: "£26.10", Shift: "£300.15"}})
//	@ui.Details("Where the figures come from", "") { ... }
//	@ui.CapBar(ui.CapScale{Label: "£34.60 against a cap of £36.90", Parts: []ui.CapPart{{Label: "Worker pay", Value: 2610}}, Cap: 3690, CapText: "Cap £36.90"})
//	@ui.BarChart(ui.Bars{Label: "VAT by month", Parts: []string{"On issued bills", "Not billed yet"}, Bars: []ui.Bar{{Label: "Oct 2026", Text: "£382.57", Values: []int64{25505, 12752}}}})
//	@ui.Verdict("good", "Within the cap by £2.30 an hour.", "No approval is needed.")   // good, warn, bad
//	@ui.Audit([]ui.AuditEntry{{Who: "Priya Raman", Act: "released", Object: "KUH-40841", When: "Mon 23 Nov 2026, 10:42"}})
//	@ui.Document(ui.DocumentHead{Kind: "Self-billed invoice", Number: "KUH-MER-000001"}) { @ui.DocumentLines(lines) @ui.DocumentTotals(sums) }
//	@ui.Mark()
//	@ui.Icon("schedule")   // offers, available, messages, me, documents, pay, timesheets
//
// # Forms
//
//	@ui.Form("post", "/e/kingsmere/shifts", csrf, key) { fields and a Button }
//	@ui.UploadForm("/e/kingsmere/imports", csrf, key) { @ui.FileField(ui.Field{Name: "file", Label: "File"}, ".csv,.xlsx") }
//	@ui.ErrorSummary("There is a problem", fault.Fields)
//	@ui.TextField(ui.Field{Name: "email", Label: "Email address", Type: "email", Error: ui.ErrorFor(fields, "email")})
//	@ui.MoneyField(ui.Field{Name: "pay", Label: "Pay, an hour", Value: "26.10", Hint: "Maximum £27.40"})
//	@ui.DateField(ui.Field{Name: "date", Label: "Date", Value: "2026-11-24"})
//	@ui.TimeField(ui.Field{Name: "start", Label: "Start", Value: "07:00"})
//	@ui.SelectField(ui.Field{Name: "ward", Label: "Ward", Value: id}, options)
//	@ui.RadioField(ui.Field{Name: "reason", Label: "Reason"}, options)
//	@ui.CheckboxField(ui.Field{Name: "agreed", Label: "Grace has agreed"}, false)
//	@ui.CheckboxesField(ui.Field{Name: "skills", Label: "Must have"}, options, ticked)
//	@ui.TextArea(ui.Field{Name: "note", Label: "Note"}, 4)
//	@ui.PasswordField(ui.Field{Name: "password", Label: "Password", Autocomplete: "current-password"})
//	@ui.ChoiceCards(ui.Field{Name: "worker", Label: "Worker", Value: id}, []ui.Choice{{Value: id, Title: "Grace Mensah", Ticks: ticks, Tag: "Ready", TagColour: "green"}})
//	@ui.ChoiceCard("worker", "worker-2", choice, false)
//	@ui.Fieldset("When", "") { @ui.FieldRow() { fields side by side } }
//	@ui.Hidden("version", "7")
//	@ui.Buttons() { @ui.Button("Send proposal", "primary") @ui.ButtonLink("Cancel", "/", "plain") }
//	@ui.ButtonWith(ui.ButtonOptions{Text: "Decline", Kind: "plain", Name: "act", Value: "decline", Context: "Grace Mensah"})
//	@ui.CheckAnswers([]ui.Answer{{Key: "Told", Value: "6 agencies", Href: "/change"}})
//
// # Time
//
//	@ui.ScheduleBand(ui.ScheduleHead{Title: "Schedule", Period: "23 to 29 Nov", Previous: "?d=...", Next: "?d=...", Views: views})
//	@ui.WeekGrid(ui.Week{Label: "23 to 29 November", FirstHour: 6, Days: days, Entries: []ui.WeekEntry{{Day: 1, From: 14, To: 39, Title: "ICU", Text: "07:00", Look: "one", Href: "..."}}})
//	@ui.Legend([]ui.LegendItem{{Look: "one", Text: "Kingsmere"}})   // one, two, three, free, offer, busy
//	@ui.Glyph("offer")
//	@ui.Agenda([]ui.AgendaDay{{Title: "Tuesday 24 November", Entries: entries}})
package ui

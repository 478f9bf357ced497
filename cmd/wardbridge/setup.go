package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"wardbridge/cmd/house"
	"wardbridge/internal/fault"
	"wardbridge/modules/accounts"
	"wardbridge/tenants"
)

// administrators are the roles of the first person of each kind of organisation.
var administrators = map[string]string{"trust": "org_admin", "hub": "org_admin", "practice": "practice_manager", "agency": "agency_admin", "platform": "engineer"}

// setup makes the first organisation of an installation and its administrator,
// loads what is true nationally, and prints a link that sets the password.
func setup(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
	var n accounts.NewOrganisation
	flags := flag.NewFlagSet("setup", flag.ContinueOnError)
	flags.StringVar(&n.Name, "organisation", "", "name of the organisation")
	flags.StringVar(&n.Code, "code", "", "its code in addresses and files")
	flags.StringVar(&n.Letters, "letters", "", "what its references begin with")
	flags.StringVar(&n.ODSCode, "ods", "", "its ODS code")
	flags.StringVar(&n.Nation, "nation", "england", "whose bank holidays it has")
	kind := flags.String("kind", "trust", "trust, hub, practice, agency or platform")
	mail := flags.String("email", "", "e-mail address of the administrator")
	person := flags.String("name", "", "name of the administrator; unset: the part of the address before the @")
	plain, err := words(flags, args)
	if err != nil {
		return err
	}
	for _, f := range []struct{ flag, value string }{{"organisation", n.Name}, {"code", n.Code}, {"letters", n.Letters}, {"email", *mail}} {
		if strings.TrimSpace(f.value) == "" {
			return fmt.Errorf("setup needs --%s", f.flag)
		}
	}
	if administrators[*kind] == "" || len(plain) > 0 {
		return errors.New("setup takes --kind trust, hub, practice, agency or platform, and no other words")
	}
	if *person == "" {
		*person, _, _ = strings.Cut(*mail, "@")
	}
	n.Kind = tenants.Kind(*kind)
	h, d, err := join(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	if demo, err := h.DB.Demo(ctx); err != nil || demo {
		return errors.Join(err, errors.New("this database holds the demonstration; set up a real one with another WARDBRIDGE_DATA or DATABASE_URL"))
	}
	var link string
	err = h.DB.Work(ctx, operator(), console, func(ctx context.Context, tx *tenants.Tx) (err error) {
		link, err = found(ctx, tx, h, n, accounts.NewMember{Email: *mail, Name: *person, Roles: []string{administrators[*kind]}})
		return err
	})
	if err != nil {
		return said(err)
	}
	fmt.Fprintf(out, "%s has been set up, with %s as its administrator.\nTo set the password, open this on the address of your service within %d hours; it works once:\n/reset/%s\n",
		n.Name, *mail, int(accounts.LinkLife.Hours()), link)
	return nil
}

// found makes the organisation in one unit of work, and the platform's own
// before it, where that is missing. People of the platform join the one there is.
func found(ctx context.Context, tx *tenants.Tx, h *house.House, n accounts.NewOrganisation, admin accounts.NewMember) (string, error) {
	if _, err := h.Packs.LoadNational(ctx, tx); err != nil {
		return "", err
	}
	made, err := h.Accounts.Organisation(ctx, tx, platformCode)
	if fault.Is(err, fault.NotFound) {
		made, err = h.Accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: platformCode, Letters: "WB", Kind: tenants.Platform, Name: "Wardbridge"})
	}
	if err == nil && n.Kind != tenants.Platform {
		made, err = h.Accounts.CreateOrganisation(ctx, tx, n)
	}
	if err != nil {
		return "", err
	}
	id, err := h.Accounts.AddMember(ctx, tx, tenants.Party{ID: made.ID, Kind: made.Kind}, admin)
	if err != nil {
		return "", err
	}
	return h.Accounts.OfferLink(ctx, tx, id)
}

// platformCode is the organisation of those who run the service.
const platformCode = "wardbridge"

// said is a refusal in the words that a person reads, with each box it names.
func said(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind == fault.Internal {
		return err
	}
	words := f.Text
	for _, field := range f.Fields {
		if field.Text != f.Text {
			words += fmt.Sprintf(" %s: %s", field.Name, field.Text)
		} else {
			words += fmt.Sprintf(" (%s)", field.Name)
		}
	}
	return errors.New(words)
}

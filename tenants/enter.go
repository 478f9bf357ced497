package tenants

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Entry is what Postgres tells the door of a secret at a place.
type Entry struct {
	Credential              ID
	Kind                    string
	Version                 int64
	Person                  ID
	PersonName, PersonEmail string
	Party                   ID
	PartyKind               string
	Code, Letters           string
	Organisation, Nation    string
	Sandbox                 bool
	Roles, Scopes           []string
	Wards                   []ID
}

// Enter asks who holds the secret of this hash, at this place; nil when nobody
// does. It is the only question that no party asks.
func (db *DB) Enter(ctx context.Context, hash []byte, place string) (*Entry, error) {
	var e Entry
	var person, party *ID
	err := db.app.pool.QueryRow(ctx, `
		select credential, kind, version, person, person_name, person_email, party, party_kind,
		       code, letters, organisation, nation, sandbox, roles, scopes, wards
		from   app.enter($1, $2)`, hash, place).Scan(
		&e.Credential, &e.Kind, &e.Version, &person, &e.PersonName, &e.PersonEmail, &party, &e.PartyKind,
		&e.Code, &e.Letters, &e.Organisation, &e.Nation, &e.Sandbox, &e.Roles, &e.Scopes, &e.Wards)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if person != nil {
		e.Person = *person
	}
	if party != nil {
		e.Party = *party
	}
	return &e, nil
}

// Demo reports whether the database holds the demonstration world.
func (db *DB) Demo(ctx context.Context) (bool, error) {
	var demo bool
	err := db.app.pool.QueryRow(ctx, "select demo from app.installation").Scan(&demo)
	return demo, err
}

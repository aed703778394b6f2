# Runs once, when PostgreSQL makes its data: a database and a user for each service that has one.
for name in users content; do
  psql -qv ON_ERROR_STOP=1 -v name="$name" -v password="$(cat /run/secrets/"${name}_password")" -d postgres <<'END'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
END
done

#include "platform/postgres/rows.h"

#include <charconv>
#include <cstring>

#include <boost/endian/conversion.hpp>
#include <boost/json/parse.hpp>
#include <libpq-fe.h>

#include "platform/base/error.h"

namespace descant::postgres {

namespace {

Error NotA(const char* type, std::string_view text) {
  return {ErrorKind::kInternal, "database_error", "'" + std::string(text) + "' is no " + type};
}

template <class T>
T Number(const char* type, std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw NotA(type, text);
  return value;
}

// In network byte order, 4 or 8 bytes.
std::optional<std::int64_t> BinaryInteger(std::string_view bytes) {
  const auto* first = reinterpret_cast<const unsigned char*>(bytes.data());
  if (bytes.size() == 4) return boost::endian::load_big_s32(first);
  if (bytes.size() == 8) return boost::endian::load_big_s64(first);
  return std::nullopt;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result, &PQclear) {}

std::size_t Rows::size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }

std::size_t Rows::affected() const {
  const std::string_view count = PQcmdTuples(result_.get());
  return count.empty() ? 0 : Number<std::size_t>("count", count);
}

std::string_view Rows::command() const { return PQcmdStatus(result_.get()); }

Field Row::operator[](int column) const {
  if (column < 0 || column >= PQnfields(result_) || row_ < 0 || row_ >= PQntuples(result_)) {
    throw Error(ErrorKind::kInternal, "database_error", "there is no column " + std::to_string(column));
  }
  const bool is_binary = PQfformat(result_, column) == 1;
  if (PQgetisnull(result_, row_, column)) return {std::nullopt, is_binary};
  return {std::string_view(PQgetvalue(result_, row_, column),
                           static_cast<std::size_t>(PQgetlength(result_, row_, column))),
          is_binary};
}

Field Row::operator[](const char* column) const {
  for (int number = 0; number < PQnfields(result_); ++number) {
    if (std::strcmp(PQfname(result_, number), column) == 0) return (*this)[number];
  }
  throw Error(ErrorKind::kInternal, "database_error", std::string("there is no column ") + column);
}

std::string_view Field::Bytes() const {
  if (!bytes_) throw Error(ErrorKind::kInternal, "database_error", "a value is NULL");
  return *bytes_;
}

std::string_view Field::Text() const {
  if (is_binary_ && bytes_) throw Error(ErrorKind::kInternal, "database_error", "a value is binary");
  return Bytes();
}

boost::json::value Field::Json(boost::json::storage_ptr memory) const {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(Text(), error, std::move(memory));
  if (error) throw NotA("JSON", Text());
  return value;
}

template <>
std::string Field::Read<std::string>::From(const Field& field) {
  return std::string(field.Bytes());
}

template <>
bool Field::Read<bool>::From(const Field& field) {
  const std::string_view text = field.Text();
  if (text != "t" && text != "f") throw NotA("boolean", text);
  return text == "t";
}

template <>
std::int64_t Field::Read<std::int64_t>::From(const Field& field) {
  if (!field.is_binary_) return Number<std::int64_t>("integer", field.Text());
  const auto integer = BinaryInteger(field.Bytes());
  if (!integer) throw NotA("integer", std::to_string(field.Bytes().size()) + " bytes");
  return *integer;
}

template <>
double Field::Read<double>::From(const Field& field) {
  return Number<double>("number", field.Text());
}

template <>
Uuid Field::Read<Uuid>::From(const Field& field) {
  const auto uuid = field.is_binary_ ? Uuid::FromBytes(field.Bytes()) : Uuid::Parse(field.Text());
  if (!uuid) throw NotA("UUID", field.Text());
  return *uuid;
}

template <>
TimePoint Field::Read<TimePoint>::From(const Field& field) {
  const auto time = ParseRfc3339(field.Text());
  if (!time) throw NotA("time", field.Text());
  return *time;
}

template <>
boost::json::value Field::Read<boost::json::value>::From(const Field& field) {
  return field.Json({});
}

}  // namespace descant::postgres

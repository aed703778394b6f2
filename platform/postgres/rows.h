// What a query answered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "platform/base/time.h"
#include "platform/base/uuid.h"

struct pg_result;

namespace descant::postgres {

// One value. As<T> throws Error kInternal when the value is NULL (unless T is an optional) or no T.
class Field {
 public:
  Field(std::optional<std::string_view> bytes, bool is_binary) : bytes_(bytes), is_binary_(is_binary) {}
  bool is_null() const { return !bytes_; }

  template <class T>
  T As() const;
  // As<boost::json::value>, in memory that outlives it.
  boost::json::value Json(boost::json::storage_ptr memory) const;

 private:
  template <class T>
  struct Read;
  std::string_view Bytes() const;
  std::string_view Text() const;  // what is not binary
  std::optional<std::string_view> bytes_;
  bool is_binary_;
};

class Row {
 public:
  Row(const pg_result* result, int row) : result_(result), row_(row) {}
  // By the column's position or name; Error kInternal when there is none.
  Field operator[](int column) const;
  Field operator[](const char* column) const;

 private:
  const pg_result* result_;
  int row_;
};

// Owns the result; rows and fields are views into it.
class Rows {
 public:
  explicit Rows(pg_result* result);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Row operator[](std::size_t row) const { return {result_.get(), static_cast<int>(row)}; }
  Row front() const { return (*this)[0]; }
  // Rows changed by INSERT, UPDATE or DELETE.
  std::size_t affected() const;
  // What was done, as PostgreSQL says it: COMMIT, or INSERT 0 1.
  std::string_view command() const;

  class Iterator {
   public:
    Iterator(const Rows* rows, std::size_t at) : rows_(rows), at_(at) {}
    Row operator*() const { return (*rows_)[at_]; }
    Iterator& operator++() { return ++at_, *this; }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Rows* rows_;
    std::size_t at_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  std::shared_ptr<pg_result> result_;
};

template <class T>
struct Field::Read {
  static T From(const Field& field);
};
template <>
std::string Field::Read<std::string>::From(const Field& field);
template <>
bool Field::Read<bool>::From(const Field& field);
template <>
std::int64_t Field::Read<std::int64_t>::From(const Field& field);
template <>
double Field::Read<double>::From(const Field& field);
template <>
Uuid Field::Read<Uuid>::From(const Field& field);
template <>
TimePoint Field::Read<TimePoint>::From(const Field& field);
template <>
boost::json::value Field::Read<boost::json::value>::From(const Field& field);
template <class Tag>
struct Field::Read<Id<Tag>> {
  static Id<Tag> From(const Field& field) { return Id<Tag>(field.As<Uuid>()); }
};
template <class T>
struct Field::Read<std::optional<T>> {
  static std::optional<T> From(const Field& field) {
    return field.is_null() ? std::nullopt : std::optional<T>(field.As<T>());
  }
};

template <class T>
T Field::As() const {
  return Read<T>::From(*this);
}

}  // namespace descant::postgres

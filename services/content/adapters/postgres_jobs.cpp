#include "services/content/adapters/postgres_jobs.h"

#include "platform/base/error.h"
#include "services/content/adapters/content_row.h"

namespace descant::content::adapters {

namespace {

using domain::Content;
using domain::Job;
using postgres::Query;

// What a lease is: the job is running, and in this attempt.
#define DESCANT_LEASED "id = $1 AND attempt = $2 AND state = 'running'"

}  // namespace

constexpr Query kQueueJob{
    "queue_job",
    "WITH c AS (UPDATE contents SET state = 'queued', progress = NULL, failure = NULL,"
    "  modified_at = now() WHERE id = $2 RETURNING *),"
    " job AS (INSERT INTO conversion_jobs (id, content_id, source_key, kind, request_id)"
    "  SELECT $1, c.id, $3, $4, $5 FROM c)"
    " SELECT " DESCANT_CONTENT_COLUMNS " FROM c"};

awaitable<Content> PostgresJobs::Queue(domain::NewJob job) {
  bool open = false;
  try {
    const postgres::Rows rows =
        co_await database_.Execute(kQueueJob, domain::JobId::New(), job.content, job.source_key,
                                   domain::Word(domain::kMediaKinds, job.kind), job.request_id);
    if (!rows.empty()) co_return ContentFrom(rows.front());
  } catch (const postgres::ConstraintViolation& violation) {
    if (violation.constraint() != "conversion_jobs_one_open") throw;
    open = true;
  }
  if (open) {
    throw Error(ErrorKind::kConflict, "conversion_in_progress",
                "A conversion of this content is not over yet.");
  }
  throw domain::ContentNotFound();
}

constexpr Query kLatestSource{
    "latest_source", "SELECT source_key FROM conversion_jobs WHERE content_id = $1 ORDER BY id DESC LIMIT 1"};

awaitable<std::optional<std::string>> PostgresJobs::LatestSource(domain::ContentId content) {
  const postgres::Rows rows = co_await database_.Execute(kLatestSource, content);
  if (rows.empty()) co_return std::nullopt;
  co_return rows.front()["source_key"].As<std::string>();
}

constexpr Query kLeaseJob{
    "lease_job",
    "WITH next AS (SELECT id, state FROM conversion_jobs"
    "  WHERE state = 'queued' AND due_at <= now() OR state = 'running' AND leased_until < now()"
    "  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED),"
    " job AS (UPDATE conversion_jobs j SET state = 'running', attempt = attempt + 1,"
    "  losses = losses + CASE WHEN next.state = 'running' THEN 1 ELSE 0 END,"
    "  leased_until = now() + make_interval(secs => $1::float8 / 1000)"
    "  FROM next WHERE j.id = next.id RETURNING j.*),"
    " c AS (UPDATE contents SET state = 'processing' FROM job"
    "  WHERE contents.id = job.content_id AND contents.state <> 'processing')"
    " SELECT id, content_id, source_key, kind, attempt, failures, losses, request_id FROM job"};

awaitable<std::optional<Job>> PostgresJobs::Lease(std::chrono::milliseconds duration) {
  const postgres::Rows rows = co_await database_.Execute(kLeaseJob, duration.count());
  if (rows.empty()) co_return std::nullopt;
  const postgres::Row row = rows.front();
  co_return Job{
      .id = row["id"].As<domain::JobId>(),
      .content = row["content_id"].As<domain::ContentId>(),
      .source_key = row["source_key"].As<std::string>(),
      .kind = domain::FromWord<domain::MediaKind>(domain::kMediaKinds, row["kind"].As<std::string>()),
      .attempt = row["attempt"].As<std::int64_t>(),
      .failures = row["failures"].As<std::int64_t>(),
      .losses = row["losses"].As<std::int64_t>(),
      .request_id = row["request_id"].As<std::string>()};
}

constexpr Query kExtendLease{
    "extend_lease",
    "UPDATE conversion_jobs SET leased_until = now() + make_interval(secs => $3::float8 / 1000)"
    " WHERE " DESCANT_LEASED};

awaitable<bool> PostgresJobs::Extend(Job job, std::chrono::milliseconds duration) {
  co_return (co_await database_.Execute(kExtendLease, job.id, job.attempt, duration.count())).affected() > 0;
}

constexpr Query kReportProgress{"report_progress",
                                "UPDATE contents SET progress = $3 FROM"
                                " (SELECT content_id FROM conversion_jobs WHERE " DESCANT_LEASED
                                " FOR SHARE) AS job"
                                " WHERE contents.id = job.content_id"};

awaitable<bool> PostgresJobs::Report(Job job, domain::Progress progress) {
  co_return (co_await database_.Execute(kReportProgress, job.id, job.attempt, ToJson(progress))).affected() >
      0;
}

constexpr Query kReportPlayable{"report_playable",
                                "UPDATE contents SET modified_at = now(), media_whole = media_whole OR $5,"
                                " media_key = CASE WHEN $5 OR NOT media_whole THEN $3 ELSE media_key END,"
                                " media = CASE WHEN $5 OR NOT media_whole THEN $4 ELSE media END FROM"
                                " (SELECT content_id FROM conversion_jobs WHERE " DESCANT_LEASED
                                " FOR SHARE) AS job"
                                " WHERE contents.id = job.content_id"};

awaitable<bool> PostgresJobs::ReportPlayable(Job job, domain::PlayableMedia playable) {
  co_return (co_await database_.Execute(kReportPlayable, job.id, job.attempt, playable.media_key,
                                        ToJson(playable.media), playable.whole))
          .affected() > 0;
}

constexpr Query kCompleteJob{
    "complete_job",
    "WITH job AS (UPDATE conversion_jobs SET state = 'done', finished_at = now()"
    "  WHERE " DESCANT_LEASED
    " RETURNING content_id),"
    " c AS (UPDATE contents SET state = 'ready', media_key = $3, media = $4, media_whole = true,"
    "  progress = NULL, failure = NULL, modified_at = now() FROM job"
    "  WHERE contents.id = job.content_id),"
    " l AS (INSERT INTO leftovers (content_id, due_at)"
    "  SELECT content_id, now() + make_interval(secs => $5) FROM job)"
    " SELECT content_id FROM job"};

awaitable<bool> PostgresJobs::Complete(Job job, std::string media_key, domain::Media media) {
  const postgres::Rows rows = co_await database_.Execute(kCompleteJob, job.id, job.attempt, media_key,
                                                         ToJson(media), removal_delay_.count());
  co_return !rows.empty();
}

// Whether what plays is of this very job and whole.
#define DESCANT_MADE_ENOUGH \
  "media_whole AND media_key LIKE 'media/' || contents.id::text || '/' || job.id::text || '/%'"

constexpr Query kFailJob{"fail_job",
                         "WITH job AS (UPDATE conversion_jobs SET state = 'failed', finished_at = now()"
                         "  WHERE " DESCANT_LEASED
                         " RETURNING id, content_id),"
                         " c AS (UPDATE contents SET progress = NULL, modified_at = now(),"
                         "  state = CASE WHEN " DESCANT_MADE_ENOUGH
                         " THEN 'ready' ELSE 'failed' END,"
                         "  failure = CASE WHEN " DESCANT_MADE_ENOUGH
                         " THEN NULL ELSE $3::jsonb END,"
                         "  media_key = CASE WHEN media_whole THEN media_key END,"
                         "  media = CASE WHEN media_whole THEN media END"
                         "  FROM job WHERE contents.id = job.content_id),"
                         " l AS (INSERT INTO leftovers (content_id, due_at)"
                         "  SELECT content_id, now() + make_interval(secs => $4) FROM job)"
                         " SELECT content_id FROM job"};

awaitable<bool> PostgresJobs::Fail(Job job, domain::Failure failure) {
  const postgres::Rows rows =
      co_await database_.Execute(kFailJob, job.id, job.attempt, ToJson(failure), removal_delay_.count());
  co_return !rows.empty();
}

constexpr Query kReleaseJob{"release_job",
                            "WITH job AS (UPDATE conversion_jobs SET state = 'queued', leased_until = NULL,"
                            "  due_at = now() + make_interval(secs => $3::float8 / 1000),"
                            "  failures = failures + $4, losses = losses + $5"
                            "  WHERE " DESCANT_LEASED
                            " RETURNING content_id),"
                            " c AS (UPDATE contents SET state = 'queued', progress = NULL FROM job"
                            "  WHERE contents.id = job.content_id)"
                            " SELECT content_id FROM job"};

awaitable<bool> PostgresJobs::Release(Job job, std::chrono::milliseconds delay, Reason reason) {
  const postgres::Rows rows =
      co_await database_.Execute(kReleaseJob, job.id, job.attempt, delay.count(),
                                 reason == Reason::kFailure ? 1 : 0, reason == Reason::kLoss ? 1 : 0);
  co_return !rows.empty();
}

constexpr Query kCountOpenJobs{"count_open_jobs",
                               "SELECT count(*) FILTER (WHERE state = 'queued') AS queued,"
                               " count(*) FILTER (WHERE state = 'running') AS running"
                               " FROM conversion_jobs WHERE state IN ('queued', 'running')"};

awaitable<domain::OpenJobs> PostgresJobs::CountOpen() {
  const postgres::Rows rows = co_await database_.Execute(kCountOpenJobs);
  const postgres::Row row = rows.front();
  co_return domain::OpenJobs{.queued = row["queued"].As<std::int64_t>(),
                             .running = row["running"].As<std::int64_t>()};
}

constexpr Query kLeftoversDue{
    "leftovers_due", "SELECT id, content_id FROM leftovers WHERE due_at <= now() ORDER BY due_at LIMIT $1"};

awaitable<std::vector<domain::Leftover>> PostgresLeftovers::Due(std::size_t limit) {
  const postgres::Rows rows = co_await database_.Execute(kLeftoversDue, limit);
  std::vector<domain::Leftover> due;
  for (const postgres::Row row : rows) {
    due.push_back({row["id"].As<std::int64_t>(), row["content_id"].As<domain::ContentId>()});
  }
  co_return due;
}

constexpr Query kStorageInUse{"storage_in_use",
                              "SELECT c.media_key, c.cover_key,"
                              " (SELECT source_key FROM conversion_jobs j WHERE j.content_id = c.id ORDER BY "
                              "j.id DESC LIMIT 1) AS source_key,"
                              " (SELECT j.id FROM conversion_jobs j WHERE j.content_id = c.id AND j.state IN "
                              "('queued', 'running')) AS open_job"
                              " FROM contents c WHERE c.id = $1"};

awaitable<domain::InUse> PostgresLeftovers::Use(domain::ContentId content) {
  const postgres::Rows rows = co_await database_.Execute(kStorageInUse, content);
  if (rows.empty()) co_return domain::InUse{};
  const postgres::Row row = rows.front();
  domain::InUse use{.exists = true,
                    .media_key = row["media_key"].As<std::optional<std::string>>(),
                    .cover_key = row["cover_key"].As<std::optional<std::string>>(),
                    .source_key = row["source_key"].As<std::optional<std::string>>()};
  if (const auto job = row["open_job"].As<std::optional<domain::JobId>>()) use.open_jobs.push_back(*job);
  co_return use;
}

constexpr Query kLeftoverDone{"leftover_done", "DELETE FROM leftovers WHERE id = $1"};

awaitable<void> PostgresLeftovers::Done(domain::Leftover leftover) {
  co_await database_.Execute(kLeftoverDone, leftover.id);
}

constexpr Query kPostponeLeftover{
    "postpone_leftover",
    "UPDATE leftovers SET due_at = now() + $2::bigint * interval '1 second' WHERE id = $1"};

awaitable<void> PostgresLeftovers::Postpone(domain::Leftover leftover, std::chrono::seconds by) {
  co_await database_.Execute(kPostponeLeftover, leftover.id, by.count());
}

}  // namespace descant::content::adapters

"""The price list as a file: down, and up again by way of a page that shows what it would change."""

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import CHOICES, csv_bytes, price_list_template, write_price_list
from webapp.domain.listing_csv.headings import heading
from webapp.extensions import csrf
from webapp.i18n import current_language, listed, localised, utc_now
from webapp.moderation import export
from webapp.moderation.services.editing import OfferRefused
from webapp.moderation.services.texts import TextRefused
from webapp.portal import price_sheet, price_upload
from webapp.portal.blueprint import blueprint
from webapp.portal.differences import differences, price_step
from webapp.portal.file_words import column_words, row_error_words
from webapp.portal.forms.uploads import ConfirmForm, UploadForm
from webapp.portal.membership import actor, current_account, current_clinic
from webapp.portal.models import PriceListUpload
from webapp.portal.price_upload import Plan
from webapp.portal.price_words import finding_words
from webapp.portal.services import uploads
from webapp.spreadsheets import write_xlsx
from webapp.unit_of_work import unit_of_work

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


@blueprint.route("/<slug>/price-list", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside the field
@open_to(Audience.CLINIC)
def price_list(slug: str) -> Response | str | tuple[str, int]:
    """GET: the list to download, and the form to send it. POST: a file; where it can be read, its dry run is next."""
    form = UploadForm()
    if request.method != "POST":
        return render_template("portal/upload.html", form=form)
    if not form.validate() or form.file.errors:
        return render_template("portal/upload.html", form=form), 422
    found = price_upload.plan(current_clinic(), form.content, form.filename, utc_now())
    if not found.ok:
        return _dry_run(found, form.filename, None), 422
    with unit_of_work():
        upload = uploads.keep(current_clinic(), current_account().id, form.filename, form.content, utc_now())
        number = upload.id
    return redirect(url_for("portal.dry_run", slug=slug, number=number), 303)


@blueprint.get("/<slug>/price-list/<int:number>")
@open_to(Audience.CLINIC)
def dry_run(slug: str, number: int) -> Response | str:
    """What an uploaded file would change of the list as it is now."""
    clinic = current_clinic()
    upload = _upload(clinic, number)
    if not uploads.is_open(upload, utc_now()):
        return _gone(upload, slug)
    found = price_upload.plan(clinic, upload.content, upload.filename, utc_now())
    return _dry_run(found, upload.filename, number)


@blueprint.post("/<slug>/price-list/<int:number>")
@open_to(Audience.CLINIC)
def apply_price_list(slug: str, number: int) -> Response:
    """Apply an uploaded file, once, if it still changes just what was shown."""
    form = ConfirmForm()
    changed_since = redirect(url_for("portal.dry_run", slug=slug, number=number), 303)
    try:
        with unit_of_work():
            clinic = current_clinic()
            upload = _upload(clinic, number)
            if not uploads.is_open(upload, utc_now()):
                return _gone(upload, slug)
            found = price_upload.plan(clinic, upload.content, upload.filename, utc_now())
            if not found.ok or found.fingerprint != form.shown.data or not uploads.use(upload, utc_now()):
                flash(
                    _("Your list has changed since you saw this. Nothing was changed; please look once more.")
                )
                return changed_since
            retire = bool(form.retire_missing.data)
            uploads.apply(clinic, found, actor(), utc_now(), retire_missing=retire)
    except (TextRefused, OfferRefused):
        # The rules were changed between the page and the button; the page, shown again, names the row.
        flash(_("A rule refuses a row of the file. Nothing was changed; please look once more."))
        return changed_since
    _announce(found, retired=len(found.missing) if retire else 0)
    return redirect(url_for("portal.prices", slug=slug), 303)


@blueprint.get("/<slug>/price-list.csv")
@open_to(Audience.CLINIC)
def price_list_csv(slug: str) -> Response:
    """The offers on the list, one row a part."""
    clinic = current_clinic()
    return _file(csv_bytes(_rows(clinic), byte_order_mark=True), _CSV, f"{clinic.slug}-prices.csv")


@blueprint.get("/<slug>/price-list.xlsx")
@open_to(Audience.CLINIC)
def price_list_xlsx(slug: str) -> Response:
    """The same as a workbook, with the names of the treatments on a second sheet."""
    clinic = current_clinic()
    return _file(_workbook(_rows(clinic), clinic), _XLSX, f"{clinic.slug}-prices.xlsx")


@blueprint.get("/<slug>/price-list-template.csv")
@open_to(Audience.CLINIC)
def price_list_template_csv(slug: str) -> Response:
    """The heading alone: a row that is not an offer would be read as one."""
    rows = price_list_template(language=current_language(), empty_rows=0)
    return _file(csv_bytes(rows, byte_order_mark=True), _CSV, "price-list.csv")


@blueprint.get("/<slug>/price-list-template.xlsx")
@open_to(Audience.CLINIC)
def price_list_template_xlsx(slug: str) -> Response:
    """An empty list to fill, with the names of the treatments on a second sheet."""
    rows = price_list_template(language=current_language())
    return _file(_workbook(rows, current_clinic()), _XLSX, "price-list.xlsx")


@blueprint.get("/<slug>/treatment-names.csv")
@open_to(Audience.CLINIC)
def treatment_names_csv(slug: str) -> Response:
    """What the column of treatments may say, for those who work with CSV."""
    rows = _names(current_clinic())
    return _file(csv_bytes(rows, byte_order_mark=True), _CSV, "treatment-names.csv")


def _rows(clinic: Clinic) -> list[list[str]]:
    return write_price_list(export.price_list(clinic), language=current_language())


def _workbook(rows: list[list[str]], clinic: Clinic) -> bytes:
    more = {_("Treatments"): _names(clinic), _("Words"): _words()}
    return write_xlsx(rows, title=_("Prices"), more=more)


def _names(clinic: Clinic) -> list[list[str]]:
    """The treatments that the market lets be listed: name, slug, and how they are usually sold."""
    language = current_language()
    head = [
        heading("treatment", language),
        _("Code"),
        heading("quantity", language),
        heading("unit", language),
    ]
    allowed, _refused = price_sheet.listable(clinic.country)
    return [
        head,
        *(
            [
                localised(row, "name"),
                row.slug,
                format(row.usual_quantity.normalize(), "f") if row.usual_quantity else "",
                row.usual_unit or "",
            ]
            for row in allowed
        ),
    ]


def _words() -> list[list[str]]:
    """The words that a column with a list of words takes."""
    language = current_language()
    head = [_("Column"), _("Words it takes")]
    return [head, *([heading(column, language), ", ".join(words)] for column, words in CHOICES.items())]


def _file(content: bytes, kind: str, name: str) -> FlaskResponse:
    response = FlaskResponse(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _upload(clinic: Clinic, number: int) -> PriceListUpload:
    return uploads.find(clinic, current_account().id, number) or abort(404)


def _gone(upload: PriceListUpload, slug: str) -> Response:
    if upload.used_at is not None:
        flash(_("This file was applied already. Nothing was changed a second time."))
        return redirect(url_for("portal.prices", slug=slug), 303)
    flash(_("This upload has expired after an hour. Nothing was changed; please send the file again."))
    return redirect(url_for("portal.price_list", slug=slug), 303)


def _dry_run(found: Plan, filename: str, number: int | None) -> str:
    names = price_sheet.treatment_names()
    form = ConfirmForm(formdata=None)
    form.shown.data = found.fingerprint
    return render_template(
        "portal/upload_dry_run.html",
        plan=found,
        filename=filename,
        number=number,
        form=form,
        names=names,
        differences=differences,
        price_step=price_step,
        finding_words=finding_words,
        row_error_words=row_error_words,
        column_words=column_words,
        part_words=price_sheet.part_words,
    )


def _announce(found: Plan, *, retired: int) -> None:
    done = [
        ngettext("%(num)s offer added", "%(num)s offers added", len(found.added)) if found.added else "",
        ngettext("%(num)s changed", "%(num)s offers changed", len(found.changed)) if found.changed else "",
        ngettext("%(num)s confirmed", "%(num)s offers confirmed", len(found.unchanged))
        if found.unchanged
        else "",
        ngettext("%(num)s retired", "%(num)s offers retired", retired) if retired else "",
    ]
    flash(_("Your price list is live: %(done)s.", done=listed(filter(None, done))))
    held = sum(len(row.held) for row in found.rows)
    if held:
        flash(
            ngettext(
                "Our staff read %(num)s text before it is public.",
                "Our staff read %(num)s texts before they are public.",
                held,
            )
        )

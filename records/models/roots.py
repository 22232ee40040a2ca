from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN, Actor, ActorKind
from accounts.addresses import address
from accounts.models import Organization
from accounts.tenancy import Tenancy, setting
from records.querysets import PartyQuerySet, RootQuerySet

TENANCY_COLUMNS = ["owner_code", "author_org", "subject_code", "subject_org"]


def _under_owner() -> Any:
    """The subject lies in the owner's subtree: an office makes rows about its own subtree only (tenancy.md §2)."""
    province = Q(owner_code=F("subject_code") / PROVINCE_SPAN * PROVINCE_SPAN)
    prefecture = Q(owner_code=F("subject_code") / PREFECTURE_SPAN * PREFECTURE_SPAN)
    return province | prefecture | Q(owner_code=F("subject_code"))


class Root(models.Model):
    """A business root: what a tenant owns, about whom, and to whom it has been shown (architecture.md §2).

    `filed_at`: handed in by its author to the owning office; before that only the author's organization sees it.
    `served_at`: shown to the subject. `reported_at`: shown to the offices above. `circulated_at`: shown to those below.
    """

    tenancy = Tenancy.root()
    url_name: ClassVar[str] = ""
    circulates: ClassVar[bool] = False
    # Roles of parties that see a draft before it is filed, because they are asked about it.
    early_roles: ClassVar[tuple[str, ...]] = ()
    # Foreign keys to what this root is a page of: neither is opened to somebody from outside without the other.
    opened_with: ClassVar[tuple[str, ...]] = ()

    owner_code = models.PositiveIntegerField("承办区划", editable=False)
    author_org = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="拟制单位", editable=False
    )
    subject_code = models.PositiveIntegerField("对象区划", editable=False)
    subject_org = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对象单位"
    )
    subject_prefecture = models.GeneratedField(
        expression=F("subject_code") / PREFECTURE_SPAN * PREFECTURE_SPAN,
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    subject_province = models.GeneratedField(
        expression=F("subject_code") / PROVINCE_SPAN * PROVINCE_SPAN,
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    filed_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    served_at = models.DateTimeField("送达时间", null=True, blank=True, editable=False)
    reported_at = models.DateTimeField("上报时间", null=True, blank=True, editable=False)
    circulated_at = models.DateTimeField("下发时间", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("创建时间", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="创建人"
    )

    objects: ClassVar[Any] = RootQuerySet.as_manager()

    class Meta:
        abstract = True
        # What an outsider may do with it beyond reading its page (GuestPermission).
        permissions = [("download_files", "可下载文件")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_under_owner(),
                name="%(app_label)s_%(class)s_subject",
                violation_error_message="只能办理本区划及所辖区划的事项。",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [pgtrigger.ReadOnly(name="tenancy", fields=TENANCY_COLUMNS)]

    @classmethod
    def party_model(cls) -> type[PartyBase] | None:
        """The room's Party table of this root, where one exists: a subclass of PartyBase with related_name='parties'."""
        relation = next((r for r in cls._meta.related_objects if r.name == "parties"), None)
        return cast("type[PartyBase]", relation.related_model) if relation else None

    @property
    def kind(self) -> str:
        """The root's kind as generic children store it, e.g. 'rectification.ticket'."""
        return self._meta.label_lower

    def get_absolute_url(self) -> str:
        return address(self.url_name, self.pk)

    def told_since(self, actor: Actor) -> datetime | None:
        """From when on the actor reads what happened to the root; None from the beginning: its author and its office.

        Others begin where it was first shown to them: how an office came to what it served stays with that office.
        """
        in_house = actor.organization_id == self.author_org_id or (
            actor.is_office and actor.division_code == self.owner_code
        )
        if in_house or (actor.kind is ActorKind.SYSTEM and not actor.division_code):
            return None
        if actor.is_office:
            shown = (self.reported_at, self.served_at, self.circulated_at)
        elif self.subject_org_id == actor.organization_id:
            shown = (self.served_at, None, None)
        else:
            shown = (self.served_at, self.filed_at, None)
        return min((at for at in shown if at is not None), default=datetime.max.replace(tzinfo=UTC))


class PartyBase(models.Model):
    """Somebody else who has to do with a root within dates: a department, member unit, agency, outsider.

    Subclasses add `root = ForeignKey(…, related_name='parties')`. The office's code is kept here, because a policy that
    asked the root would ask itself.
    """

    tenancy = Tenancy.custom(
        using=f"""CASE WHEN owner_code = {setting("me")} OR organization_id = {setting("org")}
              OR person_id = {setting("user")} THEN true
            ELSE coalesce(owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END""",
        # A party opens a root to somebody: only the owning office may write one.
        check=f"coalesce(owner_code = {setting('me')}, false)",
    )

    owner_code = models.PositiveIntegerField(editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField("参与方式", max_length=24)
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)

    objects: ClassVar[Any] = PartyQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "valid_until"], name="%(class)s_org"),
            models.Index(fields=["person", "valid_until"], name="%(class)s_person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, person__isnull=True)
                | Q(organization__isnull=True, person__isnull=False),
                name="%(app_label)s_%(class)s_one_of",
                violation_error_message="参与方必须是一个单位或一名人员。",
            ),
        ]


class GuestPermission(UserObjectPermissionBase):  # type: ignore[misc]
    """What an outsider may do with one root (django-guardian, direct foreign key). That he sees it at all, and until
    when, is his `Party` row's to say; this says nothing without it.

    Subclasses add `content_object = ForeignKey(…)`.
    """

    tenancy = Tenancy.child("content_object")
    root_path = "content_object"

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True

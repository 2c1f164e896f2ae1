import django.db.models.deletion
import django_tenants.postgresql_backend.base
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('schema_name', models.CharField(db_index=True, max_length=63, unique=True, validators=[django_tenants.postgresql_backend.base._check_schema_name])),
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('serving', 'Serving'), ('suspended', 'Suspended'), ('deleting', 'Deleting')], default='serving', max_length=10)),
                ('created_on', models.DateField()),
                ('migrated_to', models.IntegerField(default=0)),
                ('migration_problem', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('schema_name__regex', '^t_[a-z]{12}$')), name='organisation_schema_is_random'), models.CheckConstraint(condition=models.Q(('state__in', ['serving', 'suspended', 'deleting'])), name='organisation_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='TenantMigration',
            fields=[
                ('position', models.IntegerField(primary_key=True, serialize=False)),
                ('app', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('sql', models.TextField()),
                ('is_replayable', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('app', 'name'), name='tenant_migration_is_recorded_once')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('domain', models.CharField(db_index=True, max_length=253, unique=True)),
                ('is_primary', models.BooleanField(db_index=True, default=True)),
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='tenants.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('domain__regex', '^[a-z0-9.-]{1,253}$')), name='domain_is_plain')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=160)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('complete', 'Complete')], default='draft', max_length=10)),
                ('opens_at', models.DateTimeField(null=True)),
                ('closes_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='projects', to='tenants.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closes_at__isnull', True), ('opens_at__isnull', True)), ('opens_at__lt', models.F('closes_at')), _connector='OR'), name='project_opens_before_it_closes'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'scheduled', 'complete'])), name='project_state_is_known')],
            },
        ),
    ]

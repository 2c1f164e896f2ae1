import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('organisation', models.UUIDField(db_index=True)),
                ('schema_name', models.CharField(max_length=63)),
                ('name', models.CharField(max_length=160)),
                ('site', models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('conversation', models.UUIDField(db_index=True)),
                ('organisation', models.UUIDField()),
                ('verb', models.CharField(max_length=20)),
                ('sealed_input', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=7)),
                ('report', models.JSONField(null=True)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('leased_until', models.DateTimeField(null=True)),
                ('claimed_by', models.UUIDField(null=True)),
                ('fence', models.IntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['asked_at'], name='job_to_do')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('is_claimed', models.BooleanField(default=False)),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='vault.conversation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_claimed', False)), fields=['written_at'], name='letter_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('key_version', models.SmallIntegerField()),
                ('email_index', models.BinaryField(null=True)),
                ('phone_index', models.BinaryField(null=True)),
                ('reference_index', models.BinaryField(null=True)),
                ('sealed_email', models.BinaryField(null=True)),
                ('sealed_phone', models.BinaryField(null=True)),
                ('sealed_attributes', models.BinaryField()),
                ('sealed_survey', models.BinaryField(null=True)),
                ('sealed_secret', models.BinaryField()),
                ('sealed_password', models.BinaryField(null=True)),
                ('handle', models.CharField(max_length=43)),
                ('is_restricted', models.BooleanField(default=False)),
                ('is_waiting', models.BooleanField(default=False)),
                ('leaving', models.CharField(blank=True, choices=[('', 'No'), ('keeping', 'Keeping'), ('withdrawing', 'Withdrawing')], default='', max_length=11)),
                ('leaving_batch', models.UUIDField(null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='vault.conversation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('leaving', ''), _negated=True), fields=['conversation'], name='person_leaving')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'email_index'), name='person_email_is_once'), models.UniqueConstraint(fields=('conversation', 'phone_index'), name='person_phone_is_once'), models.UniqueConstraint(fields=('conversation', 'reference_index'), name='person_reference_is_once')],
            },
        ),
    ]

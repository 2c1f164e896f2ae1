import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0002_participants'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='time_zone',
            field=models.CharField(default='Europe/London', max_length=40),
        ),
        migrations.AddField(
            model_name='conversation',
            name='window_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='person',
            name='is_told',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=80)),
                ('subject', models.CharField(blank=True, max_length=160)),
                ('text', models.TextField(blank=True)),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('released', 'Released')], default='scheduled', max_length=9)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='vault.conversation')),
            ],
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('claimed', 'Claimed'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=7)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='vault.person')),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='vault.mailing')),
            ],
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('state', 'scheduled')), fields=['due_at'], name='mailing_scheduled'),
        ),
        migrations.AddConstraint(
            model_name='mailing',
            constraint=models.UniqueConstraint(fields=('conversation', 'kind', 'key'), name='mailing_is_made_once'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['id'], name='dispatch_waiting'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.UniqueConstraint(fields=('person', 'mailing'), name='dispatch_is_once'),
        ),
    ]
